# What users look up. Both are made: docs/reports.md by tests/reports.py --docs, docs/rules/ by tests/rules.py --docs.
EXTRA_DIST += %D%/reports.md
