import { describe, expect, it, vi } from "vitest";
import { restartDelay, supervise } from "@/scripts/services/supervisor";

/** A service without a process: it ends when it is told to. */
function fakeService(pid: number) {
  let end = () => {};
  const exited = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stop = async () => end();
  return { pid, exited, stop, kill: stop, crash: () => end() };
}

describe("supervise", () => {
  it("waits longer after each failure, up to half a minute", () => {
    expect([1, 2, 3, 7, 50].map(restartDelay)).toEqual([500, 1_000, 2_000, 30_000, 30_000]);
  });

  it("starts what ended by itself again", async () => {
    const services = [fakeService(1), fakeService(2)];
    const onEnd = vi.fn();
    const supervised = await supervise(async () => services.shift() ?? fakeService(3), { onEnd });
    const first = supervised.pid();
    const [second] = services;
    expect(first).toBe(1);
    expect(second?.pid).toBe(2);
    await supervised.kill();
    expect(supervised.pid()).toBeNull();
    expect(onEnd).not.toHaveBeenCalled();
    await supervised.start();
    expect(supervised.pid()).toBe(2);
    second?.crash();
    await vi.waitFor(() => expect(supervised.pid()).toBe(3), { timeout: 5_000 });
    expect(onEnd).toHaveBeenCalledExactlyOnceWith(500);
    await supervised.stop();
  });

  it("lets a service lie that nobody wants restarted", async () => {
    const service = fakeService(1);
    const start = vi.fn(async () => service);
    const supervised = await supervise(start);
    service.crash();
    await vi.waitFor(() => expect(supervised.pid()).toBeNull());
    expect(start).toHaveBeenCalledOnce();
  });
});
