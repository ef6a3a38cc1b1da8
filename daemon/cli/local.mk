# The command line: one file for each command.
# One file per line, in alphabetical order.
daemon_sources += %D%/cli.c
daemon_sources += %D%/cli.h
daemon_sources += %D%/cmd_boards.c
daemon_sources += %D%/cmd_boot.c
daemon_sources += %D%/cmd_budget.c
daemon_sources += %D%/cmd_check.c
daemon_sources += %D%/cmd_completion.c
daemon_sources += %D%/cmd_diff.c
daemon_sources += %D%/cmd_help.c
daemon_sources += %D%/cmd_kernels.c
daemon_sources += %D%/cmd_list.c
daemon_sources += %D%/cmd_list.h
daemon_sources += %D%/cmd_man.c
daemon_sources += %D%/cmd_profile.c
daemon_sources += %D%/cmd_serve.c
daemon_sources += %D%/cmd_sweep.c
daemon_sources += %D%/cmd_verify.c
daemon_sources += %D%/command.c
daemon_sources += %D%/command.h
daemon_sources += %D%/commands.c
daemon_sources += %D%/resolve.c
daemon_sources += %D%/resolve.h
daemon_sources += %D%/tell_trust.c
daemon_sources += %D%/tell_trust.h
