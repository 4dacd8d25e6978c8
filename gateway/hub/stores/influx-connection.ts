import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { HttpError, InfluxDB, RequestTimedOutError, type Transport } from '@influxdata/influxdb-client'
import { answeredSeries, type Series } from './influx-answer.ts'
import { InfluxFailures, words } from './influx-failure.ts'
import { RetryAfter } from './retry-after.ts'
import type { InfluxStoreConfig } from './store-config.ts'
import { type StoreRefused, StoreUnavailable } from './track-store.ts'

/**
 * Lines in, acknowledgement or error out; InfluxQL in, series out. Speaks /write of InfluxDB 1.x, or
 * /api/v2/write where a bucket is configured (2.x, 3.x), and /query of all three. Nothing is retried here: what
 * could not be written waits in the intake log.
 */

const TIMEOUT_S = 30
const ROWS_A_CHUNK = 10_000
const WRITTEN = 204
/** 1.x and 2.x make it in half the time of JSON; 3.x does not speak it. */
const MSGPACK = 'application/x-msgpack'
const JSON_TYPE = 'application/json'
/** The policy that CREATE DATABASE makes on 1.x. */
const POLICY = 'autogen'
/** Shards of the policy last a week, and no policy may be shorter than its shards. */
const DAYS_OF_A_SHARD = 7

export class InfluxConnection {
  readonly #url: string
  /** The database, or the bucket that InfluxQL knows by a database's name. */
  readonly #source: string
  /** Only of 1.x: made where it is missing. */
  readonly #database: string | undefined
  readonly #headers: Record<string, string>
  readonly #timeoutMs: number
  readonly #failures: InfluxFailures
  readonly #agent: HttpAgent
  /**
   * Of the client, below its WriteApi: that one counts the bytes of each body by a loop over its characters, which
   * cost a fifth of the whole write, and would buffer, batch and retry what the intake log keeps already.
   */
  readonly #transport: Transport
  readonly #writePath: string
  readonly #retryAfter = new RetryAfter()
  #accept = MSGPACK
  #hasDatabase = false
  #keepDays: number | undefined

  constructor({ url, database, bucket, org, token, username, password, timeoutS }: InfluxStoreConfig) {
    this.#url = url.replace(/\/+$/, '')
    this.#source = database ?? bucket ?? ''
    this.#database = bucket === undefined ? database : undefined
    this.#headers = authorization(token, username, password)
    this.#timeoutMs = (timeoutS ?? TIMEOUT_S) * 1000
    this.#failures = new InfluxFailures(this.#url, timeoutS ?? TIMEOUT_S)
    this.#agent = new (url.startsWith('https:') ? HttpsAgent : HttpAgent)({ keepAlive: true })
    this.#transport = new InfluxDB({
      url: this.#url,
      timeout: this.#timeoutMs,
      headers: this.#headers,
      transportOptions: { agent: this.#agent },
    }).transport
    this.#writePath =
      bucket === undefined
        ? `/write?${parameters({ db: this.#source, precision: 'ms' })}`
        : `/api/v2/write?${parameters({ org, bucket, precision: 'ms' })}`
  }

  /**
   * Resolves when InfluxDB has kept all lines of the body. Several writes may be under way side by side.
   * @throws StoreRefused, StoreUnavailable
   */
  async write(body: string): Promise<void> {
    const waitS = this.#retryAfter.secondsLeft()
    if (waitS > 0)
      throw new StoreUnavailable(
        `InfluxDB at ${this.#url} is busy and asked to be left alone for another ${waitS} s; the same is tried again then`,
      )
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
    return this.#query('GET', influxql)
  }

  /**
   * What is older may be deleted, a shard at a time. Of 1.x alone: elsewhere the bucket's own setting counts.
   * @throws StoreUnavailable
   */
  async keepFor(days: number): Promise<void> {
    if (this.#database === undefined) return
    this.#keepDays = days
    await this.#ensureDatabase()
    await this.#alterPolicy(days)
  }

  close(): void {
    this.#agent.destroy()
  }

  async #send(body: string): Promise<void> {
    let status = 0
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    const said = await this.#transport.request(
      this.#writePath,
      body,
      { method: 'POST', headers },
      (_, code) => {
        status = code ?? 0
      },
    )
    if (status === WRITTEN) return
    throw this.#failures.ofWriteStatus({
      status,
      said: typeof said === 'string' ? said : JSON.stringify(said),
    })
  }

  async #ensureDatabase(): Promise<void> {
    if (this.#hasDatabase || this.#database === undefined) return
    // The configuration lets no quote into the name. A user who may not make databases learns from the write whether there is one.
    for (const _ of await this.#query('POST', `CREATE DATABASE "${this.#database}"`, [403]));
    // Whether that is allowed is told by keepFor: the points are taken either way.
    if (this.#keepDays !== undefined) await this.#alterPolicy(this.#keepDays).catch(() => {})
    this.#hasDatabase = true
  }

  async #alterPolicy(days: number): Promise<void> {
    const shard = days <= DAYS_OF_A_SHARD ? 'SHARD DURATION 1d' : ''
    const statement = `ALTER RETENTION POLICY "${POLICY}" ON "${this.#database}" DURATION ${days}d ${shard}`
    for (const _ of await this.#query('POST', statement));
  }

  async #query(
    method: 'GET' | 'POST',
    influxql: string,
    tolerated: number[] = [],
  ): Promise<Iterable<Series>> {
    // In the URL, where all generations look for them: 3.x reads no form.
    const asked = parameters({
      q: influxql,
      db: this.#source,
      epoch: 'ms',
      chunked: 'true',
      chunk_size: `${ROWS_A_CHUNK}`,
    })
    let answer: Response
    let body: Uint8Array
    try {
      answer = await fetch(`${this.#url}/query?${asked}`, {
        method,
        headers: { ...this.#headers, Accept: this.#accept },
        signal: AbortSignal.timeout(this.#timeoutMs),
      })
      body = await answer.bytes()
    } catch (error) {
      throw this.#failures.unreachable('query', error)
    }
    if (answer.ok) return this.#series(body)
    const said = errorIn(answer, body)
    if (this.#accept === MSGPACK && /mime type/i.test(words(said))) {
      this.#accept = JSON_TYPE
      return this.#query(method, influxql, tolerated)
    }
    if (tolerated.includes(answer.status)) return []
    throw this.#failures.unavailable('query', { status: answer.status, said })
  }

  *#series(body: Uint8Array): Generator<Series> {
    try {
      yield* answeredSeries(body)
    } catch (cause) {
      // Dropped since it was made: the next call makes it again.
      if ((cause as Error).message.includes('database not found')) this.#hasDatabase = false
      throw this.#failures.unavailable('query', { status: 200, said: (cause as Error).message, cause })
    }
  }

  #writeError(error: unknown): StoreRefused | StoreUnavailable {
    // The client leaves a request that timed out open.
    if (error instanceof RequestTimedOutError) this.#agent.destroy()
    if (error instanceof HttpError) this.#retryAfter.note(error.headers?.['retry-after'])
    return this.#failures.ofWrite(error)
  }
}

/** The part of a URL after `?`; what is undefined is left out. */
function parameters(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return given.join('&')
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
