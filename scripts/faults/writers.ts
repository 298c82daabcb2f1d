import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { everyTask } from '../../server/testing/data/every-task.ts'
import type { Person } from '../../server/testing/person.ts'

/**
 * Longest that a response may take, in milliseconds: a write waits three seconds for its turn and
 * five for its statement, and the machine is busy.
 */
const PATIENCE = 9_000

export interface Writers {
  /** Milliseconds from now until a write that begins from now on is acknowledged. */
  recovery(): Promise<number>
  /** Ends them, and counts what is there. Whatever is not as promised is said in `faults`. */
  end(): Promise<Account>
}

/** What became of the writes: each is sent again under its key until it is acknowledged. */
export interface Account {
  acknowledged: number
  lost: number
  doubled: number
  /** How many responses were 503. */
  refused: number
  faults: string[]
}

/**
 * Has people write tasks all the time, several at once, like clients that keep at it: after a 503
 * or a lost connection the same request is sent again.
 *
 * @param url of the server, that may come and go; a function where there are several
 * @param mayBreak whether connections may be lost, as when the server itself is killed
 */
export function startWriters(
  url: string | (() => string),
  people: Person[],
  mayBreak: boolean,
  atOnce = 4,
): Writers {
  const acknowledged = new Map<Person, Set<string>>(people.map((person) => [person, new Set()]))
  const faults = new Set<string>()
  let [ended, refused, last] = [false, 0, 0]

  async function send(person: Person, title: string, key: string): Promise<boolean> {
    const started = performance.now()
    let response: Response
    try {
      response = await fetch(`${typeof url === 'string' ? url : url()}${person.tasks}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${person.token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ title }),
        signal: AbortSignal.timeout(2 * PATIENCE),
      })
      const body = (await response.json()) as { code?: string }
      if (performance.now() - started > PATIENCE)
        faults.add(`a response took ${Math.round(performance.now() - started)} ms`)
      if (response.status === 201) {
        last = Math.max(last, started)
        return true
      }
      refused += 1
      if (
        response.status !== 503 ||
        body.code !== 'service_unavailable' ||
        !response.headers.has('retry-after')
      )
        faults.add(`${response.status} ${body.code}`)
    } catch (error) {
      if (!mayBreak || (error as Error).name === 'TimeoutError')
        faults.add(`no response: ${(error as Error).cause ?? error}`)
    }
    await wait(20)
    return false
  }

  async function write(person: Person, name: string): Promise<void> {
    for (let count = 0; !ended; count += 1) {
      const [title, key] = [`${name}.${count}`, randomUUID()]
      while (!(await send(person, title, key))) if (ended) return
      acknowledged.get(person)?.add(title)
    }
  }
  const writing = people.flatMap((person) =>
    Array.from({ length: atOnce }, (_, index) => write(person, `${index}`)),
  )

  return {
    async recovery() {
      const from = performance.now()
      while (last < from) {
        await wait(5)
        if (performance.now() - from > 60_000)
          throw new Error('no write was acknowledged for a minute')
      }
      return Math.round(performance.now() - from)
    },
    async end() {
      ended = true
      await Promise.all(writing)
      const account: Account = { acknowledged: 0, lost: 0, doubled: 0, refused, faults: [] }
      for (const [person, titles] of acknowledged) {
        const there = (await everyTask(person)).map(({ title }) => title)
        const once = new Set(there)
        account.acknowledged += titles.size
        account.doubled += there.length - once.size
        account.lost += [...titles].filter((title) => !once.has(title)).length
      }
      account.faults = [...faults]
      return account
    },
  }
}
