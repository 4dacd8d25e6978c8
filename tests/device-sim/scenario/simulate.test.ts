import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ReadlineParser, SerialPort } from 'serialport'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadEdgeConfig } from '../../../gateway/configuration/edge-file.ts'

/** The real command in a process of its own. */
const COMMAND = new URL('../../../gateway/commands/simulate.ts', import.meta.url)
const RUN = `import { simulateCommand } from ${JSON.stringify(COMMAND.href)}
await simulateCommand().parseAsync(process.argv.slice(1), { from: 'user' }).catch((error) => {
  console.error('gridpatrol: ' + error.message)
  process.exitCode = 1
})`

const children: ChildProcess[] = []
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'))
})
afterEach(async () => {
  for (const child of children.splice(0))
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'close')
    }
  rmSync(folder, { recursive: true, force: true })
})

function simulate(...args: string[]) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', RUN, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => {
      output += bytes
    })
  const closed = once(child, 'close').then(() => child.exitCode)
  return {
    output: () => output,
    closed,
    async says(pattern: RegExp): Promise<void> {
      for (let tries = 0; tries < 600; tries++) {
        if (pattern.test(output)) return
        if (child.exitCode !== null) break
        await sleep(50)
      }
      throw new Error(`simulate did not say ${pattern}; it said:\n${output}`)
    },
    async stop(): Promise<number | null> {
      child.kill('SIGTERM')
      return closed
    },
  }
}

async function sentencesAt(path: string, count: number): Promise<string[]> {
  const port = new SerialPort({ path, baudRate: 9600 })
  try {
    await once(port, 'open')
    const lines = port.pipe(new ReadlineParser({ delimiter: '\r\n' }))
    const found: string[] = []
    for await (const line of lines) {
      found.push(String(line))
      if (found.length === count) return found
    }
    return found
  } finally {
    await new Promise<void>((resolve) => (port.isOpen ? port.close(() => resolve()) : resolve()))
  }
}

test('a profile opens ports that serve until it is stopped', async () => {
  const links = join(folder, 'sim')
  const truth = join(folder, 'truth.jsonl')
  const running = simulate('--profile', 'terminal', '--links', links, '--truth', truth, '--speed', '5')
  await running.says(/stop: Ctrl\+C/)
  expect(running.output()).toContain('A patrol terminal with two receivers')
  for (const name of ['terminal-01-gps', 'terminal-01-gps2']) {
    expect(running.output()).toContain(`${join(links, name)}  nmea, 9600 baud`)
    const sentences = await sentencesAt(join(links, name), 20)
    // The first one may have begun before the port was open.
    for (const sentence of sentences.slice(1))
      expect(sentence).toMatch(/^\$(GN|GP|GB|BD)[A-Z]{3},.*\*[0-9A-F]{2}$/)
  }
  const config = loadEdgeConfig(join(links, 'terminal-01.yaml'))
  expect(config.ports.map(({ path }) => path)).toEqual([
    join(links, 'terminal-01-gps'),
    join(links, 'terminal-01-gps2'),
  ])
  expect(await running.stop()).toBe(0)
  expect(readdirSync(links)).toEqual(['terminal-01.yaml'])
  const entries = readFileSync(truth, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const seconds = entries.filter(({ what }) => what === 'position').map(({ timeMs }): number => timeMs / 1000)
  expect(seconds.length).toBeGreaterThan(5)
  expect(seconds).toEqual(seconds.map((_, index) => seconds[0]! + index))
})

test('a scenario file runs, says what happens, and when it is over', async () => {
  const file = join(folder, 'short.yaml')
  writeFileSync(
    file,
    `about: A cover that tilts.
lasts: 20s
devices: [{ id: manhole-01, kind: manhole, wired: line, components: 2 }]
happens: [{ at: 2s, for: 5s, device: manhole-01, component: 2, what: tilts, deg: 30, fault: cover_tilted }]
`,
  )
  const running = simulate(file, '--links', folder, '--speed', '10', '--seed', '3')
  await running.says(/scenario: over/)
  expect(running.output()).toMatch(
    /^2 s {2}manhole-01 \d{16} {2}tilts deg 30 over 1000 {2}for 5 s {2}fault cover_tilted$/m,
  )
  expect(running.output()).toContain('seed 3')
  expect((await sentencesAt(join(folder, 'manhole-01-line'), 3)).at(-1)).toMatch(/^C0[12] tilt=/)
  expect(await running.stop()).toBe(0)
  expect(existsSync(join(folder, 'manhole-01-line'))).toBe(false)
})

test('a configuration that is not its own is left as it is', async () => {
  writeFileSync(join(folder, 'ebike-01.yaml'), 'gateway: mine\n')
  const running = simulate('--profile', 'ebike', '--links', folder)
  await running.says(/stop: Ctrl\+C/)
  await running.stop()
  expect(readFileSync(join(folder, 'ebike-01.yaml'), 'utf8')).toBe('gateway: mine\n')
})

test.each([
  [[], 2, /expected the file of a scenario, or --profile ebike\|terminal\|manhole\|lamp: one of them/],
  [['a.yaml', '--profile', 'lamp'], 2, /one of them/],
  [['--profile', 'lorry'], 1, /Allowed choices are ebike, terminal, manhole, lamp/],
  [['--profile', 'lamp', '--speed', '0'], 1, /expected a number above 0, up to 1000/],
  [['--profile', 'lamp', '--seed', 'x'], 1, /expected a whole number from 0 to 2147483648/],
  [['/nowhere/trucks.yaml'], 1, /gridpatrol: \/nowhere\/trucks\.yaml: no such file/],
])('simulate %j fails with %i', async (args, code, says) => {
  const failed = simulate(...args)
  expect(await failed.closed).toBe(code)
  expect(failed.output()).toMatch(says)
})

test('two simulations do not share a folder', async () => {
  const first = simulate('--profile', 'ebike', '--links', folder)
  await first.says(/stop: Ctrl\+C/)
  const second = simulate('--profile', 'terminal', '--links', folder)
  expect(await second.closed).toBe(1)
  expect(second.output()).toMatch(
    /another simulation \(process \d+\) has its links there; stop it, or name another folder/,
  )
  expect(lstatSync(join(folder, 'ebike-01-gps')).isSymbolicLink()).toBe(true)
  await first.stop()
})
