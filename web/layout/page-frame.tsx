import { type ReactNode, useEffect } from 'react';

/** A page of the dashboard: its heading, what can be done, and its contents. */
export function PageFrame({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useDocumentTitle(title);
  return (
    <div className="mx-auto flex w-full max-w-[110rem] flex-col gap-4 p-4 lg:p-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold wrap-anywhere">{title}</h1>
        {actions}
      </div>
      {children}
    </div>
  );
}

/** What the browser's tab says. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Pagesync`;
  }, [title]);
}
