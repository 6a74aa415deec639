import { describe, expect, it } from "vitest";
import { AttemptBuffer } from "./buffer.ts";

describe("the buffer of attempts", () => {
  it("gives what waits as one batch, in the order it came", () => {
    const buffer = new AttemptBuffer<number>(10);
    for (const item of [1, 2, 3]) buffer.add(item);
    expect(buffer.waiting).toBe(3);
    expect(buffer.take()).toEqual([1, 2, 3]);
    expect(buffer.waiting).toBe(0);
  });

  it("is bounded: drops what comes last, and says once how many", () => {
    const buffer = new AttemptBuffer<number>(3);
    for (const item of [1, 2, 3, 4, 5]) buffer.add(item);
    expect(buffer.take()).toEqual([1, 2, 3]);
    expect(buffer.takeDropped()).toBe(2);
    expect(buffer.takeDropped()).toBe(0);
  });

  it("counts what is being written and what failed as held", () => {
    const buffer = new AttemptBuffer<number>(3);
    for (const item of [1, 2]) buffer.add(item);
    buffer.take();
    for (const item of [3, 4]) buffer.add(item);
    expect(buffer.takeDropped()).toBe(1);
    expect(buffer.failed()).toBe(0);
    buffer.add(5);
    expect(buffer.takeDropped()).toBe(1);
    expect(buffer.take()).toEqual([1, 2, 3]);
  });

  it("has room again when a batch is written", () => {
    const buffer = new AttemptBuffer<number>(1);
    buffer.add(1);
    buffer.take();
    buffer.written();
    buffer.add(2);
    expect(buffer.take()).toEqual([2]);
    expect(buffer.takeDropped()).toBe(0);
  });

  it("keeps each attempt of a failed batch for one more try, and then gives it up", () => {
    const buffer = new AttemptBuffer<string>(10);
    buffer.add("first");
    buffer.take();
    expect(buffer.failed()).toBe(0);
    buffer.add("second");
    expect(buffer.take()).toEqual(["first", "second"]);
    expect(buffer.failed()).toBe(1);
    expect(buffer.take()).toEqual(["second"]);
    expect(buffer.failed()).toBe(1);
    expect(buffer.take()).toEqual([]);
  });

  it("holds an attempt until it is written or given up", () => {
    const buffer = new AttemptBuffer<string>(10);
    buffer.add("first");
    expect(buffer.held()).toEqual(["first"]);
    buffer.take();
    buffer.add("second");
    expect(buffer.held()).toEqual(["first", "second"]);
    buffer.failed();
    expect(buffer.held()).toEqual(["first", "second"]);
    buffer.take();
    buffer.add("third");
    expect(buffer.held()).toEqual(["first", "second", "third"]);
    buffer.written();
    expect(buffer.held()).toEqual(["third"]);
  });

  it("refuses a second batch while one is being written", () => {
    const buffer = new AttemptBuffer<number>(10);
    buffer.take();
    expect(() => buffer.take()).toThrow("Bug");
  });
});
