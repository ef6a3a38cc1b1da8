/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mmcore/mm.h"

static void version_is_that_of_the_package(void **state)
{
	(void)state;
	assert_string_equal(mm_version(), PACKAGE_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_is_that_of_the_package),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
