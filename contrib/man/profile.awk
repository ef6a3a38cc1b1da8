# SPDX-License-Identifier: GPL-2.0-or-later
# daemon/schemas/kernel.json as mmscope-profile(5). It is read by its indentation, which tests/install.sh would notice.
function flush_member() {
	if (member == "")
		return
	printf ".TP\n.B %s\n%s\n", roff(member), roff(told == "" ? "A " type "." : told)
	member = told = type = ""
	members++
}
BEGIN {
	print ".TH MMSCOPE\\-PROFILE 5 \"\" \"mmscope " version "\" \"File Formats\""
	print ".SH NAME\nmmscope\\-profile \\- the facts of a kernel build, as mmscope reads them\n.SH DESCRIPTION"
}
/^ "description": / {
	print roff(value($0))
	print ".PP\nA profile is a JSON object.\n.BR mmscope\\-profile (1)\nmakes one from an image and its configuration; boot, check and"
	print "other commands take it as \\-\\-kernel FILE; a name without a slash refers to a profile that is built in or in \\-\\-boards."
	print "Addresses and offsets are strings, \"0x...\".\n.SH MEMBERS"
}
/^ "properties": \{/ { inside = 1; next }
/^ \}/ { flush_member(); inside = 0 }
inside && /^  "[^"]*": \{/ { flush_member(); member = $0; sub(/^  "/, "", member); sub(/".*/, "", member); next }
inside && /^   "type": "/ { type = value($0) == "object" ? "object" : "text"; next }
inside && /^   "description": / { told = value($0) }
END {
	if (members < 8)
		exit 1
	print ".SH SEE ALSO\n.BR mmscope\\-profile (1),\n.BR mmscope\\-kernels (1),\n.BR mmscope\\-api (7)"
}
