import { usePageNames } from '../api/page-names.ts';
import { SelectField } from './field.tsx';

/** Of which page; by default of all. @param value our id of it, or an empty text */
export function PageSelect({ value, onChange }: { value: string; onChange: (pageId: string) => void }) {
  const { data: names = [] } = usePageNames();
  const isKnown = value === '' || names.some(({ id }) => id === value);
  return (
    <SelectField
      label="Page"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="w-full min-w-36 sm:max-w-56"
    >
      <option value="">All pages</option>
      {!isKnown && <option value={value}>This page</option>}
      {names.map(({ id, name, disconnectedAt }) => (
        <option key={id} value={id}>
          {disconnectedAt === null ? name : `${name} (disconnected)`}
        </option>
      ))}
    </SelectField>
  );
}
