# The page. All of it is staged in web/www of the build tree and embedded in the program
# from there; tests import modules from there, and `mmscope serve --web web/www` serves it.
# One file per line, in alphabetical order.
web_files =
web_files += actions.js
web_files += api.js
web_files += i18n/en.json
web_files += i18n/steps-en.json
web_files += i18n/steps-zh-CN.json
web_files += i18n/zh-CN.json
web_files += index.html
web_files += keys.js
web_files += lib/compare.js
web_files += lib/dom.js
web_files += lib/draw.js
web_files += lib/explain.js
web_files += lib/export.js
web_files += lib/format.js
web_files += lib/i18n.js
web_files += lib/link.js
web_files += lib/marks.js
web_files += lib/owners.js
web_files += lib/paint.js
web_files += lib/quiz.js
web_files += lib/ranges.js
web_files += lib/replay.js
web_files += lib/scale.js
web_files += lib/source.js
web_files += lib/time.js
web_files += main.js
web_files += screen.js
web_files += state.js
web_files += style.css
web_files += views/bootmem.js
web_files += views/chooser.js
web_files += views/compare.js
web_files += views/exporter.js
web_files += views/freelists.js
web_files += views/hashes.js
web_files += views/help.js
web_files += views/initmm.js
web_files += views/inspector.js
web_files += views/log.js
web_files += views/map.js
web_files += views/memblock.js
web_files += views/owners.js
web_files += views/pagesets.js
web_files += views/pagetables.js
web_files += views/percpu.js
web_files += views/process.js
web_files += views/rows.js
web_files += views/slabs.js
web_files += views/timeline.js
web_files += views/tree.js
web_files += views/zonelists.js
web_files += views/zones.js

# Staged for tests and tsc, but not shipped.
web_dev_files =
web_dev_files += d3.d.ts
web_dev_files += package.json
web_dev_files += tsconfig.json

# D3 is bundled from npm, and in the release tarball already, so that a build from one needs no Node.
web_bundled = d3.js d3.LICENSE.txt

web_staged = $(sort $(web_files:%=%D%/www/%) $(web_bundled:%=%D%/www/%))
web_dev_staged = $(web_dev_files:%=%D%/www/%)

EXTRA_DIST += $(web_files:%=%D%/%) $(web_dev_files:%=%D%/%) $(web_bundled:%=%D%/%)
EXTRA_DIST += %D%/.npmrc %D%/d3.entry.js %D%/package-lock.json

$(web_staged) $(web_dev_staged): %D%/www/%: %D%/%
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp -f $< $@.tmp && mv -f $@.tmp $@

if BUNDLE_D3
%D%/d3.js: %D%/d3.entry.js %D%/node_modules/.stamp
	$(AM_V_GEN)NODE_PATH=$(abs_builddir)/%D%/node_modules %D%/node_modules/.bin/esbuild $< \
		--bundle --minify --format=esm --target=es2020 --log-level=warning --legal-comments=none \
		--banner:js='// Parts of D3 (d3js.org), bundled for mmscope; licence: d3.LICENSE.txt' --outfile=$@

%D%/d3.LICENSE.txt: %D%/node_modules/.stamp
	$(AM_V_GEN)cd %D%/node_modules && for f in d3-*/LICENSE internmap/LICENSE; do \
		echo "== $${f%/LICENSE}"; cat $$f; echo; done > ../d3.LICENSE.tmp && mv ../d3.LICENSE.tmp ../d3.LICENSE.txt

CLEANFILES += $(web_bundled:%=%D%/%)
endif

# What npm brings: for bundling only, or also for the tests of the page. The network is used here and nowhere else.
%D%/node_modules/.stamp: $(srcdir)/%D%/package.json $(srcdir)/%D%/package-lock.json $(srcdir)/%D%/.npmrc
	$(AM_V_GEN)$(MKDIR_P) %D% && for f in package.json package-lock.json .npmrc; do \
		cmp -s $(srcdir)/%D%/$$f %D%/$$f || cp $(srcdir)/%D%/$$f %D%/$$f || exit 1; done && \
	cd %D% && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error $(NPM_OMIT) >/dev/null && touch node_modules/.stamp

web-modules: %D%/node_modules/.stamp
.PHONY: web-modules

# First picture, weight, scrubbing and panning; needs Chromium.
bench-web: all $(web_staged) web-modules
	@$(AM_TESTS_ENVIRONMENT) node $(srcdir)/tests/web/bench.mjs
.PHONY: bench-web

CLEANFILES += $(web_staged) $(web_dev_staged)
clean-web:
	test . = $(srcdir) || rm -f %D%/package.json %D%/package-lock.json %D%/.npmrc
	rm -rf %D%/node_modules %D%/www
distclean-local: clean-web
