import { PageFrame } from '../../layout/page-frame.tsx';

export default function AnalyticsPage() {
  return <PageFrame title="Analytics">{null}</PageFrame>;
}
