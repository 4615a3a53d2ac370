/** Works in the project's folder. @param say told what is done, when something is. @returns null, or what is wrong */
export function buildDashboard(say?: (line: string) => void): Promise<string | null>;
