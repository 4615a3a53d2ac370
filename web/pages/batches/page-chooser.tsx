import { useState } from 'react';
import { Checkbox } from '../../ui/checkbox.tsx';
import { TextField } from '../../ui/field.tsx';
import { QueryStates } from '../../ui/query-states.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { HealthBadge } from '../pages/badges.tsx';
import { usePages } from '../pages/use-pages.ts';

/** Some of the pages that are connected. */
export function PageChooser({
  chosen,
  onChange,
}: {
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const pages = usePages('connected');
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLocaleLowerCase();
  const toggle = (id: string, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    onChange(next);
  };
  return (
    <div className="flex flex-col gap-3 rounded-lg border border-line p-3">
      <TextField
        label="Search pages by name"
        hideLabel
        type="search"
        placeholder="Search by name"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <QueryStates query={pages} what="the pages">
        {(data) => {
          const found = data.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
          if (found.length === 0) return <p className="text-muted">No page has such a name.</p>;
          return (
            <ul className="flex max-h-56 flex-col gap-2 overflow-y-auto">
              {found.map((page) => (
                <li key={page.id} className="flex items-start justify-between gap-2">
                  <Checkbox
                    label={<span className="wrap-anywhere">{page.name}</span>}
                    checked={chosen.has(page.id)}
                    onChange={(event) => toggle(page.id, event.target.checked)}
                  />
                  <HealthBadge health={page.health} />
                </li>
              ))}
            </ul>
          );
        }}
      </QueryStates>
      <ShowMore query={pages} />
    </div>
  );
}
