import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { HttpError, InfluxDB, RequestTimedOutError, type WriteApi } from '@influxdata/influxdb-client'
import { answeredSeries, type Series } from './influx-answer.ts'
import type { InfluxStoreConfig } from './store-config.ts'
import { StoreRefused, StoreUnavailable } from './track-store.ts'

/**
 * Lines in, acknowledgement or error out; InfluxQL in, series out. Speaks /write of InfluxDB 1.x, or
 * /api/v2/write where a bucket is configured, and /query of both. Nothing is retried here: what could not
 * be written waits in the intake log.
 */

const TIMEOUT_MS = 30_000
/** The points are at fault: the same request would get the same answer again. */
const REFUSED = new Set([400, 413, 422])
const ROWS_A_CHUNK = 10_000

export class InfluxConnection {
  readonly #url: string
  /** The database, or the bucket that InfluxQL knows by a database's name. */
  readonly #source: string
  /** Only of 1.x: made where it is missing. */
  readonly #database: string | undefined
  readonly #headers: Record<string, string>
  readonly #agent: HttpAgent
  readonly #writeApi: WriteApi
  #hasDatabase = false

  constructor({ url, database, bucket, org, token, username, password }: InfluxStoreConfig) {
    this.#url = url.replace(/\/+$/, '')
    this.#source = database ?? bucket ?? ''
    this.#database = bucket === undefined ? database : undefined
    this.#headers = authorization(token, username, password)
    this.#agent = new (url.startsWith('https:') ? HttpsAgent : HttpAgent)({ keepAlive: true })
    const client = new InfluxDB({
      url: this.#url,
      timeout: TIMEOUT_MS,
      headers: this.#headers,
      transportOptions: { agent: this.#agent },
    })
    this.#writeApi = client.getWriteApi(org ?? '', bucket ?? '', 'ms', {
      maxRetries: 0,
      // A body is handed over as one record and sent by flush(), which alone tells of its failure: nothing
      // in the client may send it earlier.
      batchSize: 2,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      flushInterval: 0,
      // On a local network gzip costs more time than it saves.
      gzipThreshold: Number.MAX_SAFE_INTEGER,
      // Left to itself the client prints failures to the console.
      writeFailed: (error) => Promise.reject(error),
    })
    if (this.#database !== undefined)
      this.#writeApi.path = `/write?db=${encodeURIComponent(this.#database)}&precision=ms`
  }

  /**
   * Resolves when InfluxDB has kept all lines of the body. Several writes may be under way side by side.
   * @throws StoreRefused, StoreUnavailable
   */
  async write(body: string): Promise<void> {
    await this.#ensureDatabase()
    try {
      await this.#send(body)
    } catch (error) {
      if (!isMissingDatabase(error) || this.#database === undefined) throw this.#writeError(error)
      // It was dropped since it was made.
      this.#hasDatabase = false
      await this.#ensureDatabase()
      await this.#send(body).catch((again) => {
        throw this.#writeError(again)
      })
    }
  }

  /** @throws StoreUnavailable, also while the series are being read. */
  async query(influxql: string): Promise<Iterable<Series>> {
    await this.#ensureDatabase()
    return this.#query(influxql)
  }

  close(): void {
    this.#writeApi.dispose()
    this.#agent.destroy()
  }

  async #send(body: string): Promise<void> {
    this.#writeApi.writeRecord(body)
    await this.#writeApi.flush()
  }

  async #ensureDatabase(): Promise<void> {
    if (this.#hasDatabase || this.#database === undefined) return
    // The configuration lets no quote into the name. A user who may not make databases learns from the write whether there is one.
    for (const _ of await this.#query(`CREATE DATABASE "${this.#database}"`, [403]));
    this.#hasDatabase = true
  }

  async #query(influxql: string, tolerated: number[] = []): Promise<Iterable<Series>> {
    const form = {
      q: influxql,
      db: this.#source,
      epoch: 'ms',
      chunked: 'true',
      chunk_size: `${ROWS_A_CHUNK}`,
    }
    let answer: Response
    let body: Uint8Array
    try {
      answer = await fetch(`${this.#url}/query`, {
        method: 'POST',
        headers: { ...this.#headers, Accept: 'application/x-msgpack' },
        body: new URLSearchParams(form),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      body = await answer.bytes()
    } catch (error) {
      throw this.#unreachable('query', error)
    }
    if (answer.ok) return this.#series(body)
    if (tolerated.includes(answer.status)) return []
    throw this.#unavailable('query', answer.status, errorIn(answer, body), undefined)
  }

  *#series(body: Uint8Array): Generator<Series> {
    try {
      yield* answeredSeries(body)
    } catch (error) {
      throw this.#unavailable('query', 200, (error as Error).message, error)
    }
  }

  #writeError(error: unknown): StoreRefused | StoreUnavailable {
    // The client leaves a request that timed out open.
    if (error instanceof RequestTimedOutError) this.#agent.destroy()
    if (!(error instanceof HttpError)) return this.#unreachable('write', error)
    const status = error.statusCode ?? 0
    const said = error.body || error.statusMessage || ''
    if (!REFUSED.has(status)) return this.#unavailable('write', status, said, error)
    return new StoreRefused(`InfluxDB at ${this.#url} refused a write (${status}): ${words(said)}`, {
      cause: error,
    })
  }

  #unavailable(what: string, status: number, said: string, cause: unknown): StoreUnavailable {
    const message = `InfluxDB at ${this.#url} answered a ${what} with ${status}: ${words(said)}; ${advice(status)}`
    return new StoreUnavailable(message, { cause })
  }

  #unreachable(what: string, error: unknown): StoreUnavailable {
    const { name, message, code, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException }
    const timedOut = name === 'TimeoutError' || error instanceof RequestTimedOutError
    const reason = timedOut ? `no answer within ${TIMEOUT_MS / 1000} s` : (code ?? cause?.code ?? message)
    return new StoreUnavailable(
      `InfluxDB at ${this.#url} cannot be reached for a ${what} (${reason}); is it running, and is store.url right?`,
      { cause: error },
    )
  }
}

function authorization(token?: string, username?: string, password?: string): Record<string, string> {
  if (token !== undefined) return { Authorization: `Token ${token}` }
  if (username === undefined) return {}
  return { Authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` }
}

const isMissingDatabase = (error: unknown): boolean => error instanceof HttpError && error.statusCode === 404

/** An error comes in the encoding that was asked for, as JSON, or as a page of a proxy in between. */
function errorIn(answer: Response, body: Uint8Array): string {
  if (!answer.headers.get('content-type')?.includes('msgpack')) return new TextDecoder().decode(body)
  try {
    return JSON.stringify([...answeredSeries(body)])
  } catch (error) {
    return (error as Error).message
  }
}

/** InfluxDB's own words out of its JSON, shortened. */
function words(said: string): string {
  let text = said
  try {
    const { error, message } = JSON.parse(said) as { error?: unknown; message?: unknown }
    text = String(message ?? error ?? said)
  } catch {
    // Not JSON: as it stands.
  }
  return text.trim().slice(0, 300)
}

function advice(status: number): string {
  if (status === 401 || status === 403) return 'check token, or username and password, of the store'
  if (status === 404) return 'check database, or bucket and org, of the store'
  if (status === 429 || status === 503) return 'it is busy, the same is tried again later'
  return "see InfluxDB's own log"
}
