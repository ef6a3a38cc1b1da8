# bash completion for mmscope                                     -*- shell-script -*-

# Names from a list of the program itself: the first word of each line after the heading.
_mmscope_names() {
	mmscope "$1" 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_mmscope() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]} words=
	COMPREPLY=()

	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "serve boot verify boards kernels --help --version" -- "$cur")
		return
	fi
	case $command:$prev in
	boot:-k | boot:--kernel) words=$(_mmscope_names kernels) ;;
	boot:--slab) words="slab slub slob" ;;
	boot:-o | boot:--output)
		words="log events state memblock zoneinfo buddyinfo pagetypeinfo iomem meminfo freelists ledger explain" ;;
	boot:-c | boot:--cmdline | boot:-m | boot:--memory | boot:--image-addr | boot:--dtb-addr | boot:--initrd | \
		serve:--listen | serve:--allow-host) return ;;
	serve:--boards | serve:--web) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	boot:*)
		case $cur in
		-*) words="--kernel --slab --cmdline --memory --image-addr --dtb-addr --initrd --output --json --at --lang --help" ;;
		*)
			mapfile -t COMPREPLY < <(compgen -W "$(_mmscope_names boards)" -- "$cur"
				compgen -f -X '!*.dt[bs]' -- "$cur"; compgen -d -- "$cur")
			return ;;
		esac ;;
	serve:*) words="--listen --allow-host --boards --web --workers --timeout --cache --streams --heartbeat --help" ;;
	verify:*)
		case $cur in
		-*) words="--json --help" ;;
		*) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
		esac ;;
	boards:* | kernels:*) words="--json --help" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o filenames -F _mmscope mmscope
