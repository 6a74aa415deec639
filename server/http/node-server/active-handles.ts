/** The servers and sockets of this process, among whatever else keeps it running. Node.js lists them only in a debugging function. */
export function activeHandles(): unknown[] {
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles(): unknown[] };
  return handles.call(process);
}
