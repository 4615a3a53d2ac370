import type { ManualSyncButtonProps } from '../../components/manual-sync-button-props.ts';
import { ManualSyncButtonView } from '../../components/manual-sync-button-view.tsx';
import { Card } from '../../ui/card.tsx';
import { BUTTON_STATES } from './samples.ts';

const VARIANTS = ['default', 'outline', 'ghost'] as const satisfies ManualSyncButtonProps['variant'][];
const SIZES = ['default', 'sm', 'lg', 'icon'] as const satisfies ManualSyncButtonProps['size'][];

/** The button in every state, variant and size. */
export function ButtonStates() {
  return VARIANTS.map((variant) => (
    <Card key={variant} title={`ManualSyncButton, variant ${variant}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label={`Variant ${variant}`} tabIndex={0} className="relative overflow-x-auto">
        <table className="w-full min-w-2xl text-sm">
          <thead>
            <tr className="text-left text-muted">
              <th scope="col" className="py-2 pr-4 font-medium">
                State
              </th>
              {SIZES.map((size) => (
                <th key={size} scope="col" className="py-2 pr-4 font-medium">
                  {size}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {BUTTON_STATES.map(({ name, state }) => (
              <tr key={name} className="border-t border-line">
                <th scope="row" className="py-2 pr-4 text-left font-normal">
                  {name}
                </th>
                {SIZES.map((size) => (
                  <td key={size} className="py-2 pr-4">
                    <ManualSyncButtonView
                      state={state}
                      page="My Page"
                      hint="Last synced 5 minutes ago"
                      variant={variant}
                      size={size}
                      isQuiet
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  ));
}
