/** The versions `If-Match` allows; null: any. Weak tags are left out, because they never match strongly (RFC 9110, 13.1.1). */
export function versionsToMatch(ifMatch: string | undefined): string[] | null {
  return ifMatch === undefined || ifMatch === '*' ? null : tags(ifMatch).filter((tag) => !tag.startsWith('W/'))
}

/** Whether `If-None-Match` names this version; weak tags count (RFC 9110, 13.1.2). */
export function matchesWeakly(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && (ifNoneMatch === '*' || tags(ifNoneMatch).some((tag) => tag.replace(/^W\//, '') === etag))
}

function tags(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? []
}
