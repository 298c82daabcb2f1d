// Loaded beside the server (`node --expose-gc --import`): on SIGUSR2 it prints the bytes that are still in use after a collection.
process.on('SIGUSR2', () => {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ in_use: heapUsed + external })}\n`)
})
