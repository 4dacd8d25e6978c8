import { Command } from 'commander'

/** `bench [NAME]`: the benchmarks live with the tests, each beside a peer or a limit measured in the same run. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('measure speed, bytes and memory beside peers and physical limits; all of them, or one')
    .argument('[name]', 'a part alone: nmea, wire, track, chain …; any other name lists them')
    .action(async (name: string | undefined) => {
      const { runBenches } = await import('../../tests/bench/bench.ts')
      await runBenches(name)
    })
}
