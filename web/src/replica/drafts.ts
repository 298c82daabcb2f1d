import type { Database, Draft } from './database.ts'

export interface Drafts {
  /** A text that is being typed; the same in every tab. */
  get(key: string): Draft | undefined
  set(key: string, draft: Draft | undefined): void
  /** Another tab has set it. */
  applyRemote(key: string, draft: Draft | undefined): void
  /** Those that were there when the page was opened. */
  found: string[]
  count(): number
}

/** The texts that are half typed, kept on the device with every key. */
export async function openDrafts(
  database: Database,
  broadcast: (key: string, draft: Draft | undefined) => void,
  render: () => void,
  fail: (error: Error) => void,
): Promise<Drafts> {
  const transaction = database.transaction('drafts')
  const [found, texts] = await Promise.all([
    transaction.store.getAllKeys(),
    transaction.store.getAll(),
  ])
  const drafts = new Map<string, Draft>()
  for (const [index, draft] of texts.entries()) drafts.set(found[index] ?? '', draft)
  const apply = (key: string, draft: Draft | undefined) => {
    if (draft) drafts.set(key, draft)
    else drafts.delete(key)
    render()
  }
  const keep = async (key: string, draft: Draft | undefined) => {
    const transaction = database.transaction('drafts', 'readwrite')
    const kept: Promise<unknown> = draft
      ? transaction.store.put(draft, key)
      : transaction.store.delete(key)
    // Without this, the transaction commits only after the page has received the result of the
    // write, and the page may be closed by then.
    transaction.commit()
    await Promise.all([kept, transaction.done])
  }
  return {
    get: (key) => drafts.get(key),
    set(key, draft) {
      apply(key, draft)
      broadcast(key, draft)
      keep(key, draft).catch(fail)
    },
    applyRemote: apply,
    found,
    count: () => drafts.size,
  }
}
