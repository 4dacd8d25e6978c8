import { Command, CommanderError } from 'commander'
import { VERSION } from './foundation/version.ts'

/** The command line. Exit codes: 0 done, 1 failed, 2 wrong use. */

/** Each command's file is loaded only when it is asked for: a gateway must not carry the hub in its memory. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  demo: async () => (await import('./commands/demo.ts')).demoCommand(),
  edge: async () => (await import('./commands/edge.ts')).edgeCommand(),
  hub: async () => (await import('./commands/hub.ts')).hubCommand(),
  check: async () => (await import('./commands/check.ts')).checkCommand(),
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand(),
  load: async () => (await import('./commands/load.ts')).loadCommand(),
  nmea: async () => (await import('./commands/nmea.ts')).nmeaCommand(),
  ports: async () => (await import('./commands/ports.ts')).portsCommand(),
  import: async () => (await import('./commands/import.ts')).importCommand(),
  export: async () => (await import('./commands/export-track.ts')).exportCommand(),
  coverage: async () => (await import('./commands/coverage.ts')).coverageCommand(),
  cases: async () => (await import('./commands/cases.ts')).casesCommand(),
  'dead-letters': async () => (await import('./commands/dead-letters.ts')).deadLettersCommand(),
  status: async () => (await import('./commands/status.ts')).statusCommand(),
  case: async () => (await import('./commands/cases.ts')).caseCommand(),
  bench: async () => (await import('./commands/bench.ts')).benchCommand(),
}

const program = new Command('gridpatrol')
  .description('巡格 gridpatrol: edge gateway and centre for grid-based city management')
  .version(VERSION)
  .exitOverride()

const asked = process.argv[2] ?? ''
const loaders = Object.hasOwn(COMMANDS, asked) ? [COMMANDS[asked]!] : Object.values(COMMANDS)
for (const load of loaders) program.addCommand(await load())

/** Commander's own options reach subcommands only when they are handed down. */
function handDown(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command).showHelpAfterError('(--help shows what there is)')
    handDown(child)
  }
}
handDown(program)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    // One line says what, where and what to do; the stack is for developers.
    const { message, stack } = error as Error
    console.error(process.env.GRIDPATROL_LOG === 'debug' ? stack : `gridpatrol: ${message}`)
    process.exitCode = 1
  }
}
