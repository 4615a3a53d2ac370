import { PageFrame } from '../../layout/page-frame.tsx';

export default function JobPage() {
  return <PageFrame title="Job">{null}</PageFrame>;
}
