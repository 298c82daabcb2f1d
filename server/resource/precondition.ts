/**
 * The versions `If-Match` allows; null: any. Weak tags are left out, because they never match
 * strongly (RFC 9110, 13.1.1).
 */
export function versionsToMatch(ifMatch: string | undefined): string[] | null {
  return ifMatch === undefined || ifMatch === '*'
    ? null
    : tags(ifMatch).filter((tag) => !tag.startsWith('W/'))
}

/** Whether `If-None-Match` names this version; weak tags count (RFC 9110, 13.1.2). */
export function matchesWeakly(ifNoneMatch: string | undefined, etag: string): boolean {
  return (
    ifNoneMatch !== undefined &&
    (ifNoneMatch === '*' || tags(ifNoneMatch).some((tag) => strong(tag) === etag))
  )
}

/** Versions of the user that a client has already. */
export type Unchanged = string[] | 'any'

/**
 * The ETags of a list: the version of the user and, where the list depends on the local time, that
 * day or minute.
 *
 * @param reading the day or minute; blank where the list does not depend on it
 * @example pageTags('2026-11-21').etag('4') // '"4-2026-11-21"'
 */
export function pageTags(reading: string) {
  const end = reading === '' ? '"' : `-${reading}"`
  return {
    etag: (version: string) => `"${version}${end}`,
    /** The versions that `If-None-Match` names with this reading. */
    unchanged(ifNoneMatch: string | undefined): Unchanged {
      if (ifNoneMatch === undefined) return []
      if (ifNoneMatch === '*') return 'any'
      return tags(ifNoneMatch).flatMap((tag) =>
        strong(tag).endsWith(end) ? strong(tag).slice(1, -end.length) : [],
      )
    },
  }
}

function tags(header: string): string[] {
  return header.match(/(?:W\/)?"[^"]*"/g) ?? []
}

const strong = (tag: string) => tag.replace(/^W\//, '')
