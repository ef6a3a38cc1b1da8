// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log_buf.c - setup_log_buf(): a larger log buffer than the image's, for
 * log_buf_len= or for many CPUs.  Follows kernel/printk/printk.c (6.7).
 *
 * How much of the old buffer was free ("early log buf free") is not modelled:
 * it depends on every line printed so far, of memory or not.
 */
#include "steps.h"
#include "../memblock_virt.h"

#define LOG_BUF_LEN_MAX		GIB(2)
#define PRB_AVGBITS		5	/* a record for each 32 characters */
#define LOG_ALIGN		8
#define LOG_ALIGN_4_9		4	/* struct printk_log is packed for fast unaligned access */

static uint64_t static_len(const struct mm *mm)
{
	return UINT64_C(1) << kernel_config(mm->kernel, "LOG_BUF_SHIFT");
}

/* Only what is larger than the buffer in the image counts. */
static void log_buf_len_update(struct mm *mm, uint64_t size)
{
	if (mm->rules->log_buf_records && size > LOG_BUF_LEN_MAX) {
		size = LOG_BUF_LEN_MAX;
		trace_printk(&mm->trace, "printk: log_buf over 2G is not supported.");
	} else if (!mm->rules->log_buf_records) {
		size = (uint32_t)size;
	}
	if (size)
		size = roundup_pow_of_two(size);
	if (size > static_len(mm))
		mm->new_log_buf_len = size;
}

void early_param_log_buf_len(struct mm *mm, const char *value)
{
	log_buf_len_update(mm, memparse(value, NULL));
}

static void log_buf_add_cpu(struct mm *mm)
{
	uint64_t each = UINT64_C(1) << kernel_config(mm->kernel, "LOG_CPU_MAX_BUF_SHIFT");
	uint64_t extra = (mm->cpus.nr - 1) * each;
	const char *prefix = mm->rules->log_buf_records ? "printk: " : "";

	if (mm->cpus.nr == 1 || extra <= static_len(mm) / 2)
		return;
	trace_printk(&mm->trace, "%slog_buf_len individual max cpu contribution: %d bytes", prefix, (int)each);
	trace_printk(&mm->trace, "%slog_buf_len total cpu_extra contributions: %d bytes", prefix, (int)extra);
	trace_printk(&mm->trace, "%slog_buf_len min size: %d bytes", prefix, (int)static_len(mm));
	log_buf_len_update(mm, extra + static_len(mm));
}

/* 7.2: what text, descriptors and meta data take, of either buffer. */
static void print_usage(struct mm *mm)
{
	uint64_t len = mm->log_buf_len;
	uint64_t meta = (len >> PRB_AVGBITS) * (kernel_sizeof(mm->kernel, "prb_desc") + kernel_sizeof(mm->kernel, "printk_info"));

	if (mm->rules->log_buf_stats_line)
		trace_printk(&mm->trace, "printk: log buffer data + meta data: %llu + %llu = %llu bytes",
			     (unsigned long long)len, (unsigned long long)meta, (unsigned long long)(len + meta));
	else if (len != static_len(mm))
		trace_printk(&mm->trace, "%slog_buf_len: %llu bytes", mm->rules->log_buf_records ? "printk: " : "",
			     (unsigned long long)len);
}

static phys_addr_t alloc_part(struct mm *mm, uint64_t size, const char *site, const char *what)
{
	bool records = mm->rules->log_buf_records;
	phys_addr_t at = memblock_virt_alloc_nopanic(&mm->memblock, size, records ? LOG_ALIGN : LOG_ALIGN_4_9, site,
						     WHY("log-buffer", FACT_STR("what", what)));

	if (!at)
		trace_printk(&mm->trace, records ? "printk: log_buf_len: %llu %s bytes not available"
						 : "log_buf_len: %llu bytes not available", (unsigned long long)size, what);
	return at;
}

/* Text, and since 5.10 an array of descriptors and one of meta data; all or nothing. */
static bool alloc_log_buf(struct mm *mm, uint64_t len)
{
	uint64_t records = len >> PRB_AVGBITS, descs = records * kernel_sizeof(mm->kernel, "prb_desc");
	phys_addr_t text_at, descs_at;

	text_at = alloc_part(mm, len, "setup_log_buf/text", "text");
	if (!text_at || !mm->rules->log_buf_records)
		return text_at;
	descs_at = alloc_part(mm, descs, "setup_log_buf/descs", "desc");
	if (descs_at && alloc_part(mm, records * kernel_sizeof(mm->kernel, "printk_info"), "setup_log_buf/infos", "info"))
		return true;
	if (descs_at)
		memblock_virt_free(&mm->memblock, descs_at, descs, "setup_log_buf/free",
				   WHY("log-buffer", FACT_STR("what", "desc")));
	memblock_virt_free(&mm->memblock, text_at, len, "setup_log_buf/free",
			   WHY("log-buffer", FACT_STR("what", "text")));
	return false;
}

void step_setup_log_buf(struct mm *mm)
{
	mm->log_buf_len = static_len(mm);
	if (!mm->new_log_buf_len)
		log_buf_add_cpu(mm);
	if (mm->new_log_buf_len && alloc_log_buf(mm, mm->new_log_buf_len))
		mm->log_buf_len = mm->new_log_buf_len;
	print_usage(mm);
	mm_count(mm, "log_buf_len", mm->log_buf_len, "bytes");
}
