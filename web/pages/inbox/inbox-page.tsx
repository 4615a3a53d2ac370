import { PageFrame } from '../../layout/page-frame.tsx';

export default function InboxPage() {
  return <PageFrame title="Inbox">{null}</PageFrame>;
}
