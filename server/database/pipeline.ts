import pg from 'pg'
import { codeOf } from '../thrown.ts'
import { prepared } from './prepared.ts'
import type { Statement } from './sql.ts'
import { isPlanOutdated } from './unavailable.ts'

/** invalid_sql_statement_name (PostgreSQL, appendix A). */
const UNNAMED = '26000'

export interface Pipeline {
  /**
   * Runs a short statement: others are behind it.
   *
   * @param key the statements of one key run in their order; absent: whenever there is room
   */
  rows<Row>(statement: Statement, key?: string): Promise<readonly Row[]>
  close(): Promise<void>
}

/**
 * Statements in a pipeline (PostgreSQL, 55.2.4): under load many share a packet in both directions,
 * which a connection of a pool, taken for one statement at a time, cannot do. Each is a transaction
 * of its own. It connects when it is used, and again after a loss.
 *
 * @param connections a slow statement delays those behind it on the same connection
 * @param timeLimit milliseconds of a statement; what is late takes its connection with it, since
 *   no later statement can overtake it
 * @param onLoss hears why a connection was lost
 */
export function openPipeline(
  config: pg.ClientConfig,
  connections: number,
  timeLimit: number,
  onLoss: (error: Error) => void,
): Pipeline {
  const options = {
    ...config,
    pipeline: true,
    connectionTimeoutMillis: timeLimit,
    keepAlive: true,
  }
  const lines = Array.from({ length: connections }, () => new Line(options, timeLimit, onLoss))
  return {
    rows: (statement, key) =>
      (key === undefined ? leastBusy(lines) : lineOf(lines, key)).rows(statement),
    async close() {
      await Promise.all(lines.map((line) => line.close()))
    },
  }
}

const leastBusy = (lines: Line[]) => lines.reduce((a, b) => (b.underWay < a.underWay ? b : a))
/** The same line for the same key, an id that ends in random hexadecimal digits. */
const lineOf = (lines: Line[], key: string) =>
  lines[Number.parseInt(key.slice(-4), 16) % lines.length] ?? leastBusy(lines)

class Line {
  underWay = 0
  readonly #timeLimit: number
  readonly #config: pg.ClientConfig
  readonly #onLoss: (error: Error) => void
  #client: Promise<pg.Client> | undefined

  constructor(config: pg.ClientConfig, timeLimit: number, onLoss: (error: Error) => void) {
    this.#timeLimit = timeLimit
    this.#config = config
    this.#onLoss = onLoss
  }

  async rows<Row>(statement: Statement): Promise<readonly Row[]> {
    this.underWay += 1
    const deadline = performance.now() + this.#timeLimit
    try {
      this.#client ??= this.#connect()
      const client = await this.#client
      for (;;) {
        const query = {
          ...prepared(statement, true),
          query_timeout: Math.max(1, deadline - performance.now()),
        }
        try {
          return (await client.query(query)).rows
        } catch (error) {
          // The one that should have given it its name failed before, for a lock say: it did not
          // run, and is parsed itself the next time.
          if (codeOf(error) !== UNNAMED || performance.now() > deadline) throw error
        }
      }
    } catch (error) {
      // Only a new connection plans the statement again.
      if (isPlanOutdated(error)) void (await this.#client)?.end()
      throw error
    } finally {
      this.underWay -= 1
    }
  }

  #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#config)
    const connected = client.connect().then(() => client)
    // A late event of an old connection must not discard a newer connection.
    const forget = () => {
      if (this.#client === connected) this.#client = undefined
    }
    client.on('error', (error) => {
      forget()
      this.#onLoss(error)
    })
    client.on('end', forget)
    connected.catch(forget)
    return connected
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    await client?.end()
  }
}
