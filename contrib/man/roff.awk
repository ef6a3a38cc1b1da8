# SPDX-License-Identifier: GPL-2.0-or-later
# A line of a schema: the text of its member, and text as roff has it.
function value(line) {
	sub(/^[^:]*: "/, "", line)
	sub(/",?$/, "", line)
	return line
}
function roff(text) {
	gsub(/\\"/, "\"", text)
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/`/, "", text)
	return text
}
