# Scripts and files around the program. One file per line, in alphabetical order.
EXTRA_DIST += %D%/embed.sh
EXTRA_DIST += %D%/run.sh
EXTRA_DIST += %D%/setup.sh
EXTRA_DIST += %D%/test.sh
EXTRA_DIST += %D%/profile/config-keys.txt
EXTRA_DIST += %D%/profile/make-profile.py
EXTRA_DIST += %D%/profile/sites.py
