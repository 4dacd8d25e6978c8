import type { Health } from '../../../proto/domain.ts'
import { durationText, type GatewayStatus } from './gateway-status.ts'
import type { WaitingLane } from './waiting-records.ts'

/** What `gridpatrol status` found out; `--json` prints it as it is. */
export interface FoundStatus {
  gateway: string
  running: boolean
  /** Of a gateway that runs and answers. */
  status?: GatewayStatus
  /** What waits in the outbox's file; absent: there is none, or it cannot be read. */
  waiting?: WaitingLane[]
  /** Each with what to do. */
  problems: string[]
}

type Row = [name: string, ...texts: string[]]

/** For people: a row a subject, what is wrong at the end. */
export function statusText(found: FoundStatus, nowMs: number): string {
  const { status, waiting } = found
  const rows = [
    ['gateway', gatewayText(found)] satisfies Row,
    ...(status ? runningRows(status) : []),
    ['waiting', ...waitingTexts(waiting, status?.health.timeMs ?? nowMs)] satisfies Row,
    ...(status ? diskRows(status.health) : []),
  ]
  const lines = rows.flatMap(([name, ...texts]) =>
    texts.map((text, i) => `${(i === 0 ? name : '').padEnd(12)}${text}`.trimEnd()),
  )
  if (found.problems.length > 0) lines.push('', ...found.problems.map((problem) => `! ${problem}`))
  return lines.join('\n')
}

function gatewayText({ gateway, running, status }: FoundStatus): string {
  if (!status) return `${gateway}, ${running ? 'running, does not answer' : 'not running'}`
  const { uptimeS, version } = status.health
  return `${gateway}, running for ${durationText(uptimeS)}, version ${version}, pid ${status.pid}`
}

function runningRows({ health, uplink }: GatewayStatus): Row[] {
  const { link } = health
  const connected =
    uplink.connectedForS === undefined
      ? 'not connected'
      : `connected for ${durationText(uplink.connectedForS)}`
  const last = uplink.lastReason === undefined ? [] : [`last ended or failed: ${uplink.lastReason}`]
  return [
    [
      'time',
      health.timeSource === 'estimated'
        ? 'not known yet'
        : `${new Date(health.timeMs).toISOString()} from ${health.timeSource === 'gps' ? 'GPS' : 'the system clock'}`,
    ],
    ['ports', ...portTexts(health)],
    ['broker', `${uplink.broker}, ${connected}`, ...last],
    ...(link ? [['link', linkText(link)] satisfies Row, ['data today', dataText(link)] satisfies Row] : []),
  ]
}

function portTexts({ ports }: Health): string[] {
  const widths = (['name', 'state'] as const).map((key) => Math.max(...ports.map((port) => port[key].length)))
  return ports.map(
    ({ name, state, path }) => `${name.padEnd(widths[0]!)}  ${state.padEnd(widths[1]!)}  ${path}`,
  )
}

function linkText({ breaks, connectedS, acknowledgedMs, receiptedMs }: NonNullable<Health['link']>): string {
  const medians = [
    ...(acknowledgedMs === undefined ? [] : [`acknowledged after ${acknowledgedMs} ms`]),
    ...(receiptedMs === undefined ? [] : [`receipted after ${receiptedMs} ms`]),
  ]
  const parts = [counted(breaks, 'break'), `connected ${durationText(connectedS)} in all`, ...medians]
  return parts.join(', ')
}

function dataText({ dataBytes, budgetBytes, thinning, thinnedFixes }: NonNullable<Health['link']>): string {
  const of = budgetBytes === undefined ? ', no budget' : ` of ${bytesText(budgetBytes)}`
  const thinned = thinnedFixes > 0 ? `, ${counted(thinnedFixes, 'fix', 'fixes')} left out so far` : ''
  return `${bytesText(dataBytes)}${of}, ${thinning === 0 ? 'tracks whole' : `tracks thinned at level ${thinning}`}${thinned}`
}

function waitingTexts(waiting: WaitingLane[] | undefined, nowMs: number): string[] {
  if (!waiting) return ['not known: no outbox could be read']
  if (waiting.length === 0) return ['nothing']
  return waiting.map(({ lane, records, bytes, oldestMs }) => {
    const age =
      oldestMs === undefined ? '' : `, oldest ${durationText(Math.max(0, (nowMs - oldestMs) / 1000))} old`
    return `${lane.padEnd(7)}  ${counted(records, 'record')}, ${bytesText(bytes)}${age}`
  })
}

function diskRows({ storage, outbox, memoryBytes }: Health): Row[] {
  const dropped = Object.entries(outbox.dropped).map(
    ([lane, records]) => `${lane} ${counted(records, 'record')}`,
  )
  return [
    ...(storage ? [['disk', diskText(storage)] satisfies Row] : []),
    ['dropped', dropped.length === 0 ? 'nothing' : `${dropped.join(', ')}: the outbox was full`],
    ['memory', bytesText(memoryBytes)],
  ]
}

function diskText({ state, detail, inMemory, setAside }: NonNullable<Health['storage']>): string {
  return [
    detail === undefined ? state : `${state}: ${detail}`,
    ...(inMemory > 0 ? [`${counted(inMemory, 'record')} in memory alone`] : []),
    ...(setAside > 0 ? [`${counted(setAside, 'outbox file')} set aside unread`] : []),
  ].join(', ')
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

/** 1 MB is 1,000,000 bytes, as SIM cards are billed. */
function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const [unit, size] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9]
  return `${(bytes / (size as number)).toFixed(1)} ${unit}`
}
