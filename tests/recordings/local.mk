# Recorded page allocators, one file each: case.json, state0.json.xz, ops.ndjson.xz, virt.dtb.xz. One per line, in alphabetical order.
EXTRA_DIST += %D%/6.1-numa2g-c-fallback.tar
EXTRA_DIST += %D%/6.1-numa2g-g-fail.tar
EXTRA_DIST += %D%/6.1-tiny192-i-odd.tar
EXTRA_DIST += %D%/6.1-uma1g-d-random.tar
EXTRA_DIST += %D%/6.12-numa2g-c-fallback.tar
EXTRA_DIST += %D%/6.12-uma1g-d-random.tar
EXTRA_DIST += %D%/6.12-uma1g-g-fail.tar
EXTRA_DIST += %D%/6.12-zones5g-g-fail.tar
EXTRA_DIST += %D%/7.2-numa2g-c-fallback.tar
EXTRA_DIST += %D%/7.2-numa2g-g-fail.tar
EXTRA_DIST += %D%/7.2-uma1g-d-random.tar
EXTRA_DIST += %D%/7.2-uma1g-g-fail.tar
EXTRA_DIST += %D%/7.3-asym3-i-odd.tar
