// Loaded beside the server (`node --expose-gc --import`). On SIGUSR2 it prints the longest delay of
// the event loop and the CPU time since the last report, both in milliseconds; on SIGHUP also the
// bytes in use after a garbage collection, which is not measured itself.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
let cpu = process.cpuUsage()
let report = 0
const print = (withMemory) => {
  report += 1
  const { user, system } = process.cpuUsage(cpu)
  const load = { report, delay_ms: delay.max / 1e6, cpu_ms: (user + system) / 1e3 }
  if (withMemory) {
    globalThis.gc()
    const { heapUsed, external } = process.memoryUsage()
    load.in_use = heapUsed + external
  }
  process.stdout.write(`${JSON.stringify(load)}\n`)
  cpu = process.cpuUsage()
  delay.reset()
}
process.on('SIGUSR2', () => print(false))
process.on('SIGHUP', () => print(true))
