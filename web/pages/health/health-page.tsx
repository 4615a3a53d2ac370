import { PageFrame } from '../../layout/page-frame.tsx';

export default function HealthPage() {
  return <PageFrame title="Health">{null}</PageFrame>;
}
