/** What a page's inbox takes, and what a person grants who does not decline anything. */
export const SCOPES: readonly string[] = [
  'pages_show_list',
  'pages_messaging',
  'pages_read_engagement',
  'pages_manage_metadata',
  'instagram_basic',
  'instagram_manage_messages',
];

/** What somebody may do on a page. */
export const TASKS: readonly string[] = [
  'ADVERTISE',
  'ANALYZE',
  'CREATE_CONTENT',
  'MESSAGING',
  'MODERATE',
  'MANAGE',
];
