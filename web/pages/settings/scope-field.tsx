import type { Scope } from '../../../src/contract/scopes.ts';
import { SelectField } from '../../ui/field.tsx';
import { SCOPE_WORDS } from './scope-words.ts';

/** What somebody or something is to be allowed. */
export function ScopeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: Scope;
  onChange: (scope: Scope) => void;
}) {
  return (
    <SelectField label={label} value={value} onChange={(event) => onChange(event.target.value as Scope)}>
      {Object.entries(SCOPE_WORDS).map(([scope, words]) => (
        <option key={scope} value={scope}>
          {words}
        </option>
      ))}
    </SelectField>
  );
}
