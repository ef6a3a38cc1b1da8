# The page. Its modules are staged in web/www of the build tree, where tests import them from, and
# bundled into app.js, first.js and later.js there, which is what the program embeds and `mmscope serve --web web/www` serves.
# One file per line, in alphabetical order.
web_files =
web_files += i18n/en.json
web_files += i18n/zh-CN.json
web_files += index.html

web_modules =
web_modules += actions.js
web_modules += ahead.js
web_modules += api.js
web_modules += around.js
web_modules += commands.js
web_modules += dialogs.js
web_modules += doubt.js
web_modules += keys.js
web_modules += knobs.js
web_modules += lessons.js
web_modules += lib/article.js
web_modules += lib/compare.js
web_modules += lib/differs.js
web_modules += lib/dom.js
web_modules += lib/draw.js
web_modules += lib/dropped.js
web_modules += lib/explain.js
web_modules += lib/export.js
web_modules += lib/format.js
web_modules += lib/history.js
web_modules += lib/i18n.js
web_modules += lib/lines.js
web_modules += lib/link.js
web_modules += lib/list.js
web_modules += lib/maps.js
web_modules += lib/marks.js
web_modules += lib/motion.js
web_modules += lib/owners.js
web_modules += lib/paint.js
web_modules += lib/quiz.js
web_modules += lib/ranges.js
web_modules += lib/replay.js
web_modules += lib/scale.js
web_modules += lib/search.js
web_modules += lib/sketch.js
web_modules += lib/terms.js
web_modules += lib/time.js
web_modules += lib/tour.js
web_modules += lib/trouble.js
web_modules += lib/trust.js
web_modules += lib/uncalled.js
web_modules += lib/view.js
web_modules += lib/whatif.js
web_modules += library.js
web_modules += live.js
web_modules += main.js
web_modules += ondemand.js
web_modules += open.js
web_modules += palette.js
web_modules += panes/console.js
web_modules += panes/flights.js
web_modules += panes/headline.js
web_modules += panes/inspector.js
web_modules += panes/lecture.js
web_modules += panes/map.js
web_modules += panes/page.js
web_modules += panes/panels.js
web_modules += panes/room.js
web_modules += panes/tabs.js
web_modules += panes/time.js
web_modules += panes/whatif.js
web_modules += picture.js
web_modules += reports.js
web_modules += run.js
web_modules += screen.js
web_modules += speech.js
web_modules += state.js
web_modules += views.js
web_modules += views/articles.js
web_modules += views/bootlog.js
web_modules += views/bootmem.js
web_modules += views/chapters.js
web_modules += views/chooser.js
web_modules += views/compare.js
web_modules += views/concepts.js
web_modules += views/exporter.js
web_modules += views/findings.js
web_modules += views/fragments.js
web_modules += views/freelists.js
web_modules += views/hashes.js
web_modules += views/help.js
web_modules += views/initmm.js
web_modules += views/inspector.js
web_modules += views/jumps.js
web_modules += views/log.js
web_modules += views/map.js
web_modules += views/memblock.js
web_modules += views/owners.js
web_modules += views/overview.js
web_modules += views/pagesets.js
web_modules += views/pagetables.js
web_modules += views/percpu.js
web_modules += views/process.js
web_modules += views/rows.js
web_modules += views/sharer.js
web_modules += views/slabs.js
web_modules += views/sweep.js
web_modules += views/timeline.js
web_modules += views/tree.js
web_modules += views/whatif.js
web_modules += views/work.js
web_modules += views/zonelists.js
web_modules += views/zones.js
web_modules += words.js

# Staged for tests and tsc, but not shipped.
web_dev_files =
web_dev_files += d3.d.ts
web_dev_files += package.json
web_dev_files += tsconfig.json
web_dev_files += types.d.ts

# Made from npm, and in the release tarball already, so that a build from one needs no Node: D3's part
# that the modules import, and all modules as the three that ship: first.js is ahead.js with what that
# needs, which asks for what the first picture shows while the browser still reads the rest, app.js;
# later.js is what only ondemand.js needs, and comes when somebody wants it. style.min.css is style.css without what only we read.
web_bundled = app.js d3.LICENSE.txt first.js later.js style.min.css
web_d3 = d3.js

web_staged = $(sort $(web_files:%=%D%/www/%) $(web_bundled:%=%D%/www/%))
web_module_staged = $(sort $(web_modules:%=%D%/www/%) $(web_d3:%=%D%/www/%))
web_dev_staged = $(web_dev_files:%=%D%/www/%) $(web_module_staged)

EXTRA_DIST += $(web_files:%=%D%/%) $(web_modules:%=%D%/%) $(web_dev_files:%=%D%/%) $(web_bundled:%=%D%/%) $(web_d3:%=%D%/%)
EXTRA_DIST += %D%/.npmrc %D%/.prettierrc.json %D%/d3.entry.js %D%/package-lock.json %D%/style.css

# What functions are for, beside the words of moments: for the palette, which also finds those that a run does not call.
web_texts = functions.json
web_texts_staged = $(web_texts:%=%D%/www/%)
CLEANFILES += $(web_texts_staged)

$(web_texts_staged): %D%/www/%: texts/%
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp -f $< $@.tmp && mv -f $@.tmp $@

$(web_staged) $(web_dev_staged): %D%/www/%: %D%/%
	$(AM_V_GEN)$(MKDIR_P) $(@D) && cp -f $< $@.tmp && mv -f $@.tmp $@

if BUNDLE_D3
esbuild = $(AM_V_GEN)NODE_PATH=$(abs_builddir)/%D%/node_modules %D%/node_modules/.bin/esbuild
esbuild_flags = --bundle --minify --format=esm --target=es2022 --log-level=warning --legal-comments=none

%D%/d3.js: %D%/d3.entry.js %D%/node_modules/.stamp
	$(esbuild) $< $(esbuild_flags) \
		--banner:js='// Parts of D3 (d3js.org), bundled for mmscope; licence: d3.LICENSE.txt' --outfile=$@

# The first line tells V8 to compile while the file arrives, on a thread of its own, what the first picture calls anyway.
web_banner = $$(printf '%s\n%s' '//\# allFunctionsCalledOnLoad' \
	'// mmscope, GPL-2.0-or-later, with parts of D3 (d3js.org), licence: d3.LICENSE.txt')

# Two parts are shared: what ahead.js needs, and the rest of main.js with it, since ondemand.js imports that.
%D%/app.js: $(web_module_staged) %D%/node_modules/.stamp
	@rm -rf %D%/bundle
	$(esbuild) app=%D%/www/main.js ahead=%D%/www/ahead.js later=%D%/www/ondemand.js $(esbuild_flags) --splitting \
		--chunk-names=part-[hash] --banner:js="$(web_banner)" --outdir=%D%/bundle && cd %D%/bundle && \
		set -- part-*.js && test $$# = 2 && first=$$(sed -n 's/.*"\.\/\(part-[^"]*\)".*/\1/p' ahead.js) && \
		if test $$1 = $$first; then app=$$2; else app=$$1; fi && \
		for f in $$first $$app later.js; do \
			sed "s/\\.\\/$$first/.\\/first.js/g; s/\\.\\/$$app/.\\/app.js/g" $$f >$$f.tmp || exit 1; done && \
		mv -f $$first.tmp ../first.js && mv -f later.js.tmp ../later.js && mv -f $$app.tmp ../app.js

%D%/style.min.css: %D%/style.css %D%/node_modules/.stamp
	$(esbuild) $< --minify --log-level=warning --legal-comments=none --outfile=$@

%D%/first.js %D%/later.js: %D%/app.js
	@test -f $@ && touch $@

%D%/d3.LICENSE.txt: %D%/node_modules/.stamp
	$(AM_V_GEN)cd %D%/node_modules && for f in d3-*/LICENSE internmap/LICENSE; do \
		echo "== $${f%/LICENSE}"; cat $$f; echo; done > ../d3.LICENSE.tmp && mv ../d3.LICENSE.tmp ../d3.LICENSE.txt

CLEANFILES += $(web_bundled:%=%D%/%) $(web_d3:%=%D%/%)
endif

# What npm brings: for bundling only, or also for the tests of the page. The network is used here and nowhere else.
%D%/node_modules/.stamp: $(srcdir)/%D%/package.json $(srcdir)/%D%/package-lock.json $(srcdir)/%D%/.npmrc
	$(AM_V_GEN)$(MKDIR_P) %D% && for f in package.json package-lock.json .npmrc; do \
		cmp -s $(srcdir)/%D%/$$f %D%/$$f || cp $(srcdir)/%D%/$$f %D%/$$f || exit 1; done && \
	cd %D% && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error $(NPM_OMIT) >/dev/null && touch node_modules/.stamp

web-modules: %D%/node_modules/.stamp
.PHONY: web-modules

# The page's figures beside those of an old one, what single views cost, how long an operation more takes; all need Chromium.
bench-web bench-views bench-ops: all $(web_staged) web-modules
	@$(AM_TESTS_ENVIRONMENT) node $(srcdir)/tests/web/$(subst bench-web,bench,$@).mjs
.PHONY: bench-ops bench-web bench-views

CLEANFILES += $(web_staged) $(web_dev_staged)
clean-web:
	test . = $(srcdir) || rm -f %D%/package.json %D%/package-lock.json %D%/.npmrc
	rm -rf %D%/node_modules %D%/www %D%/bundle
distclean-local: clean-web
