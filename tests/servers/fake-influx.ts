import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { InfluxStoreConfig } from '../../gateway/hub/stores/store-config.ts'
import { type AnsweredSeries, FakePoints, type RejectedLine } from './fake-influx-points.ts'
import { msgpack } from './msgpack.ts'

/**
 * An InfluxDB that is only played, for the generations that cannot be had as a program here. What it answers follows
 * the makers' documentation of the HTTP interface: 1.8 "InfluxDB API reference"; 2.x "/api/v2/write", "Troubleshoot
 * issues writing data", "/query 1.x compatibility API"; 3 Core "Use compatibility APIs", "Authentication",
 * "Troubleshoot issues writing data". Where that is silent, the servers' published source was read: that 2.x makes no
 * databases by InfluxQL, and that 3's /query reads parameters from the URL alone, refuses to make MessagePack, and
 * (in 2024) gives what was grouped by as a column.
 */

export type Generation = '1.8' | '2' | '3'

export interface FakeInflux {
  /** How a hub is pointed at it. */
  config: InfluxStoreConfig
  points: FakePoints
  /** The next `times` writes get this instead. */
  failWrites(times: number, answer: Failure): void
  /** Writes that came, failed ones included. */
  readonly writes: number
  stop(): Promise<void>
}

interface Failure {
  status: number
  body?: string
  headers?: Record<string, string>
}

const DATABASE = 'patrol'
const TOKEN = 'it-is-secret'
/** As 3 Core has it by default. */
const MAX_BODY_BYTES = 10 * 1024 * 1024

/** How the generations word the same thing. */
const WORDS: Record<
  Generation,
  { unauthorized: string; noBucket: string; tooLarge: string; rejected(lines: RejectedLine[]): Failure }
> = {
  '1.8': {
    unauthorized: '{"error":"authorization failed"}',
    noBucket: '{"error":"database not found"}',
    tooLarge: '{"error":"Request Entity Too Large"}',
    rejected: (lines) => ({ status: 400, body: JSON.stringify({ error: partialWrite(lines) }) }),
  },
  '2': {
    unauthorized: '{"code":"unauthorized","message":"unauthorized access"}',
    noBucket: '{"code":"not found","message":"bucket \\"elsewhere\\" not found"}',
    tooLarge: '{"code":"request too large","message":"unable to read data: points batch is too large"}',
    rejected: (lines) => ({
      status: 422,
      body: JSON.stringify({
        code: 'unprocessable entity',
        message: `failure writing points to database: ${partialWrite(lines)}`,
      }),
    }),
  },
  '3': {
    unauthorized: '{"error":"the request was not authenticated"}',
    noBucket: '{"error":"the database does not exist"}',
    tooLarge: '{"error":"max request size (10485760 bytes) exceeded"}',
    rejected: (lines) => ({
      status: 400,
      body: JSON.stringify({
        error: 'partial write of line protocol occurred',
        data: lines.map(({ line, lineNumber, field, is, exists }) => ({
          original_line: line,
          line_number: lineNumber,
          error_message: `invalid column type for column '${field}', expected iox::column_type::field::${exists}, got iox::column_type::field::${is}`,
        })),
      }),
    }),
  },
}

const partialWrite = (lines: RejectedLine[]): string => {
  const { field, is, exists } = lines[0]!
  return `partial write: field type conflict: input field "${field}" on measurement "fix" is type ${is}, already exists as type ${exists} dropped=${lines.length}`
}

export async function startFakeInflux(generation: Generation): Promise<FakeInflux> {
  const points = new FakePoints()
  const words = WORDS[generation]
  let failing: { times: number; answer: Failure } | undefined
  let writes = 0
  let hasDatabase = generation === '2'

  function write(asked: URLSearchParams, body: Buffer): Failure {
    writes++
    if (failing && failing.times-- > 0) return failing.answer
    if (body.length > MAX_BODY_BYTES) return { status: 413, body: words.tooLarge }
    if (asked.get('precision') !== 'ms') return { status: 400, body: '{"error":"invalid precision"}' }
    const [place, org] = [asked.get(generation === '1.8' ? 'db' : 'bucket'), asked.get('org')]
    const knownPlace = generation === '3' || (place === DATABASE && hasDatabase)
    if (!knownPlace || (generation === '2' && org !== 'city')) return { status: 404, body: words.noBucket }
    hasDatabase = true
    const rejected = points.write(body.toString())
    return rejected.length > 0 ? words.rejected(rejected) : { status: 204 }
  }

  function query(method: string, asked: URLSearchParams): AnsweredSeries[] | { error: string } {
    const statement = asked.get('q')?.trim() ?? ''
    if (statement.startsWith('CREATE DATABASE')) {
      if (generation !== '1.8') return { error: 'not implemented: CREATE DATABASE' }
      if (method !== 'POST') return { error: 'CREATE DATABASE is a POST' }
      hasDatabase = true
      return []
    }
    if (asked.get('db') !== DATABASE || !hasDatabase)
      return { error: `database not found: ${asked.get('db')}` }
    return points.answer(statement)
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    const url = new URL(request.url ?? '', 'http://fake')
    const reply = ({ status, body: text = '', headers = {} }: Failure) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
    if (!authorized(generation, request.headers.authorization))
      return void reply({ status: 401, body: words.unauthorized })
    if (url.pathname === (generation === '1.8' ? '/write' : '/api/v2/write'))
      return void reply(write(url.searchParams, body))
    if (url.pathname !== '/query') return void reply({ status: 404, body: '{"error":"not found"}' })
    const accept = request.headers.accept ?? '*/*'
    if (generation === '3' && !['*/*', 'application/json', 'application/csv', 'text/csv'].includes(accept))
      return void reply({
        status: 400,
        body: `invalid mime type (${accept})`,
        headers: { 'content-type': 'text/plain' },
      })
    const asked = new URLSearchParams(url.searchParams)
    if (generation !== '3')
      for (const [name, value] of new URLSearchParams(body.toString())) asked.set(name, value)
    const answered = query(request.method ?? '', asked)
    const encode = accept.includes('msgpack') ? msgpack : (value: unknown) => `${JSON.stringify(value)}\r\n`
    response.writeHead(200, { 'content-type': accept === '*/*' ? 'application/json' : accept })
    for (const result of results(generation, answered, Number(asked.get('chunk_size'))))
      response.write(encode({ results: [{ statement_id: 0, ...result }] }))
    response.end()
  }

  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    config: { kind: 'influxdb', url, ...LOGINS[generation] },
    points,
    failWrites: (times, answer) => {
      failing = { times, answer }
    },
    get writes() {
      return writes
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

const LOGINS: Record<Generation, Omit<InfluxStoreConfig, 'kind' | 'url'>> = {
  '1.8': { database: DATABASE, username: 'hub', password: TOKEN },
  '2': { bucket: DATABASE, org: 'city', token: TOKEN },
  '3': { bucket: DATABASE, token: TOKEN },
}

function authorized(generation: Generation, given = ''): boolean {
  if (generation === '1.8') return given === `Basic ${btoa(`hub:${TOKEN}`)}`
  return given === `Token ${TOKEN}` || (generation === '3' && given === `Bearer ${TOKEN}`)
}

/** One result a message: chunks of at most `size` rows of one series. */
function results(
  generation: Generation,
  answered: AnsweredSeries[] | { error: string },
  size: number,
): object[] {
  if ('error' in answered) return [answered]
  const chunks = answered.flatMap(({ values, ...series }) =>
    Array.from({ length: Math.ceil(values.length / size) }, (_, i) => ({
      series: [shaped(generation, { ...series, values: values.slice(i * size, (i + 1) * size) })],
    })),
  )
  return chunks.length === 0 ? [{}] : chunks
}

function shaped(generation: Generation, series: AnsweredSeries): AnsweredSeries {
  const { tags, columns, values, name } = series
  if (generation !== '3' || !tags) return series
  return { name, columns: [...columns, 'device'], values: values.map((row) => [...row, tags.device!]) }
}
