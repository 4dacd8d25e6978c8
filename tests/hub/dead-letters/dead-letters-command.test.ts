import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deadLettersCommand } from '../../../gateway/commands/dead-letters.ts'
import type { Fix } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually } from '../eventually.ts'
import { caseReport, fixes, ride, T0, up } from '../gateway-messages.ts'
import { mqttGateway } from '../mqtt-client.ts'
import { type StartedHub, startedHub } from '../started-hub.ts'

/** A person's way from a refused record to a stored one, beside a hub that runs on the same folder. */

const said = { out: '', err: '' }
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation((line) => {
    said.out += `${line}\n`
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.err += text
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = 0
})

/** As the command line runs it, but for the process: exit code, what it said. */
async function run(...args: string[]): Promise<[code: number, output: string]> {
  said.out = ''
  said.err = ''
  process.exitCode = 0
  const program = new Command('gridpatrol').exitOverride()
  const command = deadLettersCommand().copyInheritedSettings(program)
  program.addCommand(command)
  for (const child of command.commands) child.copyInheritedSettings(command)
  try {
    await program.parseAsync(['dead-letters', ...args], { from: 'user' })
    return [Number(process.exitCode), said.out]
  } catch (error) {
    return [error instanceof CommanderError ? 2 : 1, `${said.err}${(error as Error).message}`]
  }
}

/** `id`, `letters` and the like of an answer. */
interface Answer extends Record<string, unknown> {
  letters: { id: string }[]
  payloads: { id: string }[]
}

const json = async (...args: string[]): Promise<Answer> => JSON.parse((await run(...args, '--json'))[1])

const TOO_HIGH_M = 200_000
const poisoned = (at: number): Fix[] =>
  ride(30).map((fix, i) => (i === at ? { ...fix, altM: TOO_HIGH_M } : fix))

async function trackOf(hub: StartedHub, device: string): Promise<number[]> {
  const track = await hub.trackStore.readTrack(device, 0, Number.POSITIVE_INFINITY)
  return [...track.timeMs].map((timeMs) => (timeMs - T0) / 1000)
}

const metric = async (hub: StartedHub, name: string): Promise<string> =>
  (await (await hub.get('/metrics')).text()).split('\n').find((line) => line.startsWith(name)) ?? ''

test('a poison point is listed, shown, mended, replayed once, and stored', async () => {
  const hub = await startedHub()
  const data = ['--data', hub.folder]
  const gateway = await mqttGateway(hub.brokerUrl, 'ebike-01')
  await gateway.client.publishAsync(gateway.topic, up('ebike-01', 1, fixes(poisoned(17))), { qos: 1 })
  await eventually(async () => expect(await trackOf(hub, 'ebike-01')).toHaveLength(29))

  const [, listed] = await run('list', ...data)
  expect(listed).toMatch(
    /^1 +waiting .* ebike-01 0123456789ab\/1 {2}fix .* tracks: StoreRefused: 1 of 30 fixes/,
  )
  expect(listed).toContain('fixes[17]: device ebike-01, fix 0: altM 200000')
  expect(await metric(hub, 'gridpatrol_dead_letters{state="waiting"}')).toMatch(/ 1$/)
  const health = (await hub.json('/healthz')) as {
    status: string
    parts: { name: string; detail?: string }[]
  }
  expect(health.status).toBe('ok')
  expect(health.parts.find(({ name }) => name === 'dead letters')!.detail).toMatch(/^1 wait for a person/)

  // The letter holds the one point alone.
  const shown = await json('show', '1', ...data)
  expect(shown.body).toEqual(fixes([poisoned(17)[17]!]))
  const [, details] = await run('show', '1', ...data)
  expect(details).toMatch(/"altM": 200000[\s\S]*todo:\n {2}gridpatrol dead-letters replay 1/)

  expect(await run('replay', '1', ...data)).toEqual([
    1,
    expect.stringMatching(/^1: refused again: .*altM 200000/),
  ])
  expect(await run('mend', '1', '--set', 'batch.fixes[0].altM=4.5', ...data)).toEqual([
    0,
    'batch.fixes[0].altM: 200000 → 4.5\nletter 1: mended; now `gridpatrol dead-letters replay 1`\n',
  ])
  expect((await json('show', '1', ...data)).original).toMatchObject({ body: { lane: 'fix' } })
  expect(await run('replay', '1', ...data)).toEqual([0, '1: taken\n'])
  expect(await trackOf(hub, 'ebike-01')).toEqual(ride(30).map((_, i) => i))
  expect(await run('replay', '1', ...data)).toEqual([0, '1: taken already, nothing to do\n'])
  expect(await run('replay', '--all', ...data)).toEqual([0, ''])
  expect(await trackOf(hub, 'ebike-01')).toHaveLength(30)
  expect(await run('list', ...data)).toEqual([0, ''])
  expect((await json('list', '--all', ...data)).letters).toMatchObject([
    { id: '1', state: 'taken', refusals: 1 },
  ])
  expect(await metric(hub, 'gridpatrol_set_aside_ended_total{what="taken"}')).toMatch(/ 1$/)
})

test('asked for while no hub runs: the next one takes it, and what is partly mended keeps the rest', async () => {
  const hub = await startedHub()
  const data = ['--data', hub.folder]
  const gateway = await mqttGateway(hub.brokerUrl, 'ebike-01')
  const two = poisoned(3).map((fix, i) => (i === 9 ? { ...fix, altM: -5000 } : fix))
  await gateway.client.publishAsync(gateway.topic, up('ebike-01', 1, fixes(two)), { qos: 1 })
  await eventually(async () => expect(await trackOf(hub, 'ebike-01')).toHaveLength(28))
  await gateway.client.endAsync()
  await hub.close()

  expect((await run('mend', '1', '--set', 'batch.fixes[1].altM=5', ...data))[0]).toBe(0)
  expect(await run('replay', '--all', '--wait', '0', ...data)).toEqual([
    0,
    '1: asked for; no hub has offered it yet, the one of this folder will when it runs\n',
  ])
  expect((await run('mend', '1', '--drop-fix', '0', ...data))[1]).toMatch(/letter 1 is asked/)
  const next = await startedHub({ data: hub.folder })
  await eventually(async () => expect(await trackOf(next, 'ebike-01')).toHaveLength(29))
  await eventually(async () =>
    expect(await json('show', '1', ...data)).toMatchObject({
      state: 'waiting',
      reason: expect.stringMatching(/1 of 2 fixes refused.*altM 200000/),
      body: fixes([poisoned(3)[3]!]),
    }),
  )
  expect(await run('discard', '1', '--reason', 'receiver was broken', ...data)).toEqual([0, '1: discarded\n'])
  expect(await run('discard', '1', '--reason', 'again', ...data)).toEqual([
    0,
    '1: settled already, nothing to do\n',
  ])
  expect((await run('show', '1', ...data))[1]).toContain('nothing: discarded, receiver was broken')
})

test('a report on the case of another gateway, a body that does not decode, and a payload that is no record', async () => {
  const hub = await startedHub()
  const data = ['--data', hub.folder]
  const one = await mqttGateway(hub.brokerUrl, 'ebike-01')
  const two = await mqttGateway(hub.brokerUrl, 'ebike-02')
  const send = (by: typeof one, payload: Buffer) => by.client.publishAsync(by.topic, payload, { qos: 1 })
  await send(one, up('ebike-01', 1, { lane: 'case', report: caseReport('raised', 1) }))
  await eventually(async () => expect(await hub.json('/api/v1/cases')).toMatchObject({ cases: [{}] }))
  await send(two, up('ebike-02', 1, { lane: 'case', report: caseReport('cleared', 2) }))
  await send(two, up('ebike-02', 2, fixes(ride(2), '../etc')))
  await send(two, Buffer.from('\u001b[2J\u202ehello'))
  await eventually(async () => expect((await json('list', ...data)).letters).toHaveLength(2))
  await eventually(async () => expect((await json('list', ...data)).payloads).toHaveLength(1))

  const [, listed] = await run('list', ...data)
  expect(listed).toMatch(/cases: StoreRefused: case .* was raised by ebike-01; ebike-02 cannot report on it/)
  expect(listed).toMatch(/^p1 +payload .* ebike-02 .* not-protobuf/m)
  for (const hidden of ['\u001b', '\u202e']) expect(listed).not.toContain(hidden)
  const ofCases = (await run('list', '--cursor', 'cases', ...data))[1].trim().split('\n')
  expect(ofCases).toHaveLength(1)
  const [caseId, fixId] = [
    ofCases[0]!.split(' ')[0]!,
    (await json('list', '--cursor', 'tracks', ...data)).letters[0]!.id,
  ]
  expect((await run('list', '--gateway', 'ebike-01', ...data))[1]).toBe('')

  const [, undecodable] = await run('show', fixId, ...data)
  expect(undecodable).toMatch(/undecodable: bad-value: fix batch device[\s\S]*hex:\n {2}0000 {2}0a 06 2e 2e/)
  expect((await run('mend', fixId, '--drop-fix', '0', ...data))[1]).toMatch(/cannot be decoded; use --file/)
  const file = join(testFolder(), 'fixed.json')
  writeFileSync(file, JSON.stringify(fixes(ride(2), 'ebike-07')))
  expect((await run('mend', fixId, '--file', file, ...data))[0]).toBe(0)
  const [code, outcome] = await run('replay', '--all', ...data)
  expect(code).toBe(1)
  expect(outcome).toContain(`${caseId}: refused again: StoreRefused: case `)
  expect(outcome).toContain(`${fixId}: taken\n`)
  expect(await trackOf(hub, 'ebike-07')).toEqual([0, 1])

  const [, payload] = await run('show', 'p1', ...data)
  expect(payload).toMatch(/hex:\n {2}0000 {2}1b 5b 32 4a/)
  expect((await run('replay', 'p1', ...data))[1]).toMatch(/can be shown and discarded only/)
  expect(await run('discard', caseId, 'p1', '--reason', 'not ours', ...data)).toEqual([
    0,
    `${caseId}: discarded\np1: discarded\n`,
  ])
  expect(await run('list', ...data)).toEqual([0, ''])
})

test.each<[string, string[], number, RegExp]>([
  ['no folder', ['list'], 2, /expected --data DIR/],
  ['a folder of no hub', ['list', '--data', '/nonexistent'], 1, /no intake.db there/],
  ['an id that is none', ['show', 'seventeen', '--data', '.'], 2, /expected an id of `list`/],
  ['nothing to replay', ['replay', '--data', '.'], 2, /expected ids, or --all/],
  ['ids and all', ['replay', '1', '--all', '--data', '.'], 2, /expected ids, or --all/],
  ['nothing to mend', ['mend', '1', '--data', '.'], 2, /expected --file, --set or --drop-fix/],
  [
    'a file that is not there',
    ['mend', '1', '--file', '/nonexistent', '--data', '.'],
    1,
    /expected what `show --json`/,
  ],
  ['no reason', ['discard', '1', '--data', '.'], 2, /--reason/],
])('wrong use: %s', async (_name, args, code, message) => {
  expect(await run(...args)).toEqual([code, expect.stringMatching(message)])
})

test('an id that is not there', async () => {
  const hub = await startedHub()
  for (const id of ['5', 'p5'])
    expect(await run('show', id, '--data', hub.folder)).toEqual([
      1,
      expect.stringMatching(/no such (letter|payload)/),
    ])
})
