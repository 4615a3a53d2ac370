import { Monitor, Moon, Sun } from 'lucide-react';
import { type Appearance, chooseAppearance, useAppearance } from '../../layout/appearance.ts';
import { Card } from '../../ui/card.tsx';

const CHOICES: readonly { value: Appearance; name: string; Icon: typeof Sun }[] = [
  { value: 'light', name: 'Light', Icon: Sun },
  { value: 'dark', name: 'Dark', Icon: Moon },
  { value: 'system', name: 'System', Icon: Monitor },
];

/** Light, dark, or as the system is; for this browser. */
export function AppearanceCard() {
  const chosen = useAppearance();
  return (
    <Card title="Appearance">
      <fieldset className="grid gap-2 sm:grid-cols-3">
        <legend className="sr-only">Appearance</legend>
        {CHOICES.map(({ value, name, Icon }) => (
          <label
            key={value}
            className="flex items-center gap-2 rounded-lg border border-line px-3 py-2 text-sm has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-strong"
          >
            <input
              type="radio"
              name="appearance"
              className="accent-accent"
              checked={chosen === value}
              onChange={() => chooseAppearance(value)}
            />
            <Icon aria-hidden className="size-4" />
            {name}
          </label>
        ))}
      </fieldset>
    </Card>
  );
}
