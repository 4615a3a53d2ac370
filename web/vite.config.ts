import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// what is built is what people get, also where tests have it built: Vite takes over NODE_ENV=test
if (process.argv.includes('build')) process.env.NODE_ENV = 'production';

/** The dashboard: `npm run build` writes it to `web/dist`, from where the API serves it. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022' },
  // a dashboard under change, in front of a running API
  server: { proxy: { '/api': process.env.PAGESYNC_URL ?? 'http://localhost:3000' } },
});
