# What is wrong with a boot, why, and what to do: findings, fixes that were tried, expectations, differences.
# One file per line, in alphabetical order.
daemon_sources += %D%/expect.c
daemon_sources += %D%/expect.h
