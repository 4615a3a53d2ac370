import { PageFrame } from '../../layout/page-frame.tsx';

export default function HistoryPage() {
  return <PageFrame title="History">{null}</PageFrame>;
}
