// Light or dark, before anything is painted. web/layout/appearance.ts changes it.
(() => {
  const chosen = localStorage.getItem('pagesync_appearance');
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', isDark);
})();
