import { PageFrame } from '../../layout/page-frame.tsx';

export default function SettingsPage() {
  return <PageFrame title="Settings">{null}</PageFrame>;
}
