# SPDX-License-Identifier: GPL-2.0-or-later
# daemon/schemas/openapi.json as mmscope-api(7). It is read by its indentation, which tests/install.sh would notice.
function flush_param() {
	if (param == "")
		return
	printf ".TP\n.B %s\n%s\n", roff(param), roff(told == "" ? place : told)
	param = told = place = ""
}
BEGIN {
	print ".TH MMSCOPE\\-API 7 \"\" \"mmscope " version "\" \"Miscellaneous Information\""
	print ".SH NAME\nmmscope\\-api \\- what the server of mmscope answers over HTTP\n.SH DESCRIPTION"
}
/^  "description": / && !described { print roff(value($0)); described = 1; print ".PP\nThe complete description, with a schema for each answer, is at GET /api/v1/openapi.json.\n.SH REQUESTS" }
/^  "\// { path = $0; sub(/^  "/, "", path); sub(/": \{$/, "", path); next }
/^   "(get|post|delete|put)": \{/ { method = toupper($1); gsub(/[":]/, "", method); next }
/^    "summary": / { printf ".SS %s %s\n%s\n", method, roff(path), roff(value($0)); paths++; next }
/^      "name": / { flush_param(); param = value($0); next }
/^      "in": / { place = "In the " value($0) "."; next }
/^      "description": / { if (param != "") told = value($0); next }
/^    "(responses|requestBody)": / { flush_param() }
END {
	if (paths < 20)
		exit 1
	print ".SH SEE ALSO\n.BR mmscope (1),\n.BR mmscope\\-serve (1),\n.BR mmscope\\-profile (5)"
}
