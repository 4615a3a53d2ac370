import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { type CSSOptions, defineConfig } from 'vite';

type PostCss = Exclude<NonNullable<CSSOptions['postcss']>, string>;
type AcceptedPlugin = NonNullable<PostCss['plugins']>[number];

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What an app has itself: with a copy of ours its providers and toasts would not be seen. */
const PEERS = /^(react|react-dom|@tanstack\/react-query|sonner)(\/|$)/;

/** All that the components render stands in elements of the class `pagesync`. */
const WITHIN = ':is(.pagesync, .pagesync *)';

/** `npm run build:components`: the components for other apps, an ES module and one style sheet, in `web/dist-components`. */
export default defineConfig({
  // Tailwind looks for the names of its classes here
  root: folder('components'),
  plugins: [react(), tailwindcss()],
  css: { postcss: { plugins: [scopedStyles()] } },
  build: {
    outDir: folder('dist-components'),
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
    // of what is built in
    license: { fileName: 'LICENSES.md' },
    lib: {
      entry: folder('components/library.ts'),
      formats: ['es'],
      fileName: 'index',
      cssFileName: 'styles',
    },
    rolldownOptions: {
      external: PEERS,
      // frameworks that render on a server leave these to the browser
      output: { banner: "'use client';" },
    },
  },
});

/**
 * Rules that reach the components' elements and no others, and that no rule of an app for all of its buttons outdoes: without
 * layers, with the weight of a class more.
 */
function scopedStyles(): AcceptedPlugin {
  return {
    postcssPlugin: 'scoped-styles',
    OnceExit(root) {
      root.walkAtRules('layer', (layer) => {
        layer.replaceWith(layer.nodes ?? []);
      });
      root.walkRules((rule) => {
        const { parent } = rule;
        // what is nested goes with the rule around it; steps of an animation have no selectors
        const isStep = parent !== undefined && 'name' in parent && /keyframes$/.test(String(parent.name));
        if (parent?.type === 'rule' || isStep) return;
        const selectors = rule.selectors.flatMap(scopedSelector);
        if (selectors.length === 0) rule.remove();
        else rule.selectors = selectors;
      });
    },
  };
}

function scopedSelector(selector: string): string[] {
  if (selector === ':root') return ['.pagesync'];
  if (selector === '.dark') return ['.dark .pagesync'];
  // an app's page is its own
  if (/^(html|body|:host)\b/.test(selector)) return [];
  const [, element = '', rest = ''] =
    /^(.*?)(::?(?:before|after|backdrop|placeholder|file-selector|marker|-webkit).*)?$/.exec(selector) ?? [];
  return [`${element}${WITHIN}${rest}`];
}
