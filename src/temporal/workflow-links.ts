/**
 * Where the Temporal Web UI shows a workflow: a run, or the newest one. The answer is `null` where there is no UI.
 *
 * @param uiUrl without a slash at the end
 */
export function createWorkflowLinks(uiUrl: string | null, namespace: string) {
  return (workflowId: string, runId: string | null): string | null => {
    if (uiUrl === null) return null;
    // an ID may have slashes
    const path = ['namespaces', namespace, 'workflows', workflowId, ...(runId === null ? [] : [runId])];
    return `${uiUrl}/${path.map(encodeURIComponent).join('/')}`;
  };
}
