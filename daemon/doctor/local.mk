# What is wrong with a boot, why, and what to do: findings, fixes that were tried, expectations, differences.
# One file per line, in alphabetical order.
daemon_sources += %D%/answer.c
daemon_sources += %D%/answer.h
daemon_sources += %D%/corpus.c
daemon_sources += %D%/corpus.h
daemon_sources += %D%/edit.c
daemon_sources += %D%/edit.h
daemon_sources += %D%/expect.c
daemon_sources += %D%/expect.h
daemon_sources += %D%/finding.c
daemon_sources += %D%/finding.h
daemon_sources += %D%/fix.c
daemon_sources += %D%/fix.h
daemon_sources += %D%/reason.c
daemon_sources += %D%/reason.h
daemon_sources += %D%/inputs.c
daemon_sources += %D%/inputs.h
daemon_sources += %D%/report.c
daemon_sources += %D%/report.h
daemon_sources += %D%/rule.c
daemon_sources += %D%/rule.h
daemon_sources += %D%/rundiff.c
daemon_sources += %D%/rundiff.h
daemon_sources += %D%/sweep.c
daemon_sources += %D%/sweep.h
daemon_sources += %D%/sweep_report.c
daemon_sources += %D%/sweep_report.h
