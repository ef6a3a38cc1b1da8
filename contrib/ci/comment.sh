#!/usr/bin/env bash
# Put a comment on a pull request, in place of the one that was there before.
#
# usage: comment.sh FILE
# On GitHub: GITHUB_TOKEN, GITHUB_REPOSITORY, PULL_REQUEST (its number). On GitLab: MMSCOPE_TOKEN (a project's token
# with the scope api), CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID. COMMENT_DRY_RUN=1 prints the requests.
set -eu
mark='<!-- mmscope -->'
body=$(jq -n --arg mark "$mark" --rawfile text "$1" '{body: ($mark + "\n" + $text)}')
ask() { # METHOD URL [BODY]
	if [ "${COMMENT_DRY_RUN:-}" = 1 ]; then
		echo "$1 $2"
		return
	fi
	curl -sSf -X "$1" -H "$auth" -H 'Content-Type: application/json' ${3:+--data "$3"} "$2"
}
if [ -n "${GITHUB_REPOSITORY:-}" ]; then
	auth="Authorization: Bearer $GITHUB_TOKEN"
	api=${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY
	list="$api/issues/$PULL_REQUEST/comments" one="$api/issues/comments" change=PATCH
else
	auth="PRIVATE-TOKEN: $MMSCOPE_TOKEN"
	list="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes" one=$list change=PUT
fi
old=
[ "${COMMENT_DRY_RUN:-}" = 1 ] || old=$(ask GET "$list?per_page=100" | jq -r --arg mark "$mark" '[.[] | select(.body | startswith($mark)) | .id] | first // empty')
if [ -n "$old" ]; then ask "$change" "$one/$old" "$body" >/dev/null; else ask POST "$list" "$body"; fi
