// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.zmq;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * One thread and the subscriptions that are its own: no socket is ever touched by two threads.
 *
 * <p>The thread outlives whatever is thrown, errors too: an endpoint that is thought fresh while nobody reads what it says
 * would be worse than anything. What is thrown about one endpoint makes that one begin anew; what is thrown about no
 * endpoint, all of them.
 */
final class SubscriberThread {
    private static final Logger LOG = LoggerFactory.getLogger(SubscriberThread.class);
    private static final int POLL_MILLIS = 20;
    private static final int PAUSE_CHECK_MILLIS = 20;
    private static final long TICK_NANOS = 50_000_000L;

    /** How long to wait after a turn failed as a whole, so that one that always does takes no core. */
    private static final long FAILURE_NANOS = 100_000_000L;

    private final SubscriberSettings settings;
    private final ZContext context;
    private final SplittableRandom random;
    private final Thread thread;
    private final ZMQ.Poller poller;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private volatile boolean closing;

    /** Whether nobody runs tasks any more; written while holding {@link #tasks}. */
    private boolean over;

    SubscriberThread(SubscriberSettings settings, ZContext context, int number, SplittableRandom random) {
        this.settings = settings;
        this.context = context;
        this.random = random;
        this.poller = context.createPoller(64);
        this.thread = new Thread(this::run, "pointsman-kv-events-" + number);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Makes a subscription that this thread will work on. */
    Subscription subscribe(ZmqKvEventSource source) {
        Subscription subscription = new Subscription(
                source,
                settings,
                context,
                poller,
                random.split(),
                settings.clock().getAsLong());
        enqueue(
                () -> {
                    if (subscription.ended()) {
                        return;
                    }
                    subscriptions.add(subscription);
                    if (source.resume() == null) {
                        // Whatever is there was loaded for nobody: without a resume point nothing would ever remove it.
                        subscription.clear();
                    }
                },
                () -> {});
        return subscription;
    }

    /** Lets this thread rest from its next free moment on, until the pause is ended. */
    Pause pause() {
        Pause pause = new Pause();
        enqueue(pause::rest, pause.begun::countDown);
        return pause;
    }

    /** Lets a task be run by this thread, or if it has ended, something else at once by the caller. */
    private void enqueue(Runnable task, Runnable ifOver) {
        synchronized (tasks) {
            if (!over) {
                tasks.add(task);
                return;
            }
        }
        ifOver.run();
    }

    /** Tells whether the caller is this thread. */
    boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    /** A time in which this thread does nothing at all, however it is asked to; only its own end ends it early. */
    final class Pause {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);

        private Pause() {}

        /**
         * Waits until the thread rests.
         *
         * @param nanos how long to wait, at most
         * @return whether it rests, or is dead
         */
        boolean awaitBegin(long nanos) throws InterruptedException {
            long start = System.nanoTime();
            while (!begun.await(PAUSE_CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
                if (!thread.isAlive()) {
                    return true;
                }
                if (System.nanoTime() - start >= nanos) {
                    return false;
                }
            }
            return true;
        }

        void end() {
            ended.countDown();
        }

        private void rest() {
            begun.countDown();
            boolean interrupted = false;
            boolean over = false;
            while (!over && !closing) {
                try {
                    over = ended.await(PAUSE_CHECK_MILLIS, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends a subscription at once, as far as the index is concerned; then closes its sockets, and runs something. */
    void unsubscribe(Subscription subscription, Runnable afterwards) {
        subscription.end();
        enqueue(
                () -> {
                    subscriptions.remove(subscription);
                    try {
                        subscription.close(settings.clock().getAsLong());
                    } finally {
                        afterwards.run();
                    }
                },
                afterwards);
    }

    void stop() {
        closing = true;
    }

    /** Waits for the thread, for some seconds at most; a thread that waits for itself goes on at once. */
    void awaitEnd() {
        if (!isCurrent()) {
            Threads.join(thread);
        }
    }

    private void run() {
        Throwable failure = null;
        long ticked = settings.clock().getAsLong() - TICK_NANOS;
        try {
            while (!closing) {
                // Whatever is thrown, and be it for want of memory while recovering: there is another turn.
                try {
                    if (failure != null) {
                        LockSupport.parkNanos(FAILURE_NANOS);
                        recover(failure);
                        failure = null;
                    }
                    ticked = turn(ticked);
                } catch (Throwable thrown) {
                    failure = thrown;
                }
            }
        } finally {
            end();
        }
    }

    /** Reads what has come and lets time pass; returns when it last let time pass. */
    private long turn(long ticked) {
        runTasks();
        poller.poll(POLL_MILLIS);
        long now = settings.clock().getAsLong();
        for (int i = 0; i < subscriptions.size(); i++) {
            subscriptions.get(i).read(now);
            // Between endpoints, because each may have much to read. One that goes makes another wait for the next
            // turn.
            runTasks();
        }
        if (now - ticked < TICK_NANOS) {
            return ticked;
        }
        for (int i = 0; i < subscriptions.size(); i++) {
            subscriptions.get(i).tick(now);
        }
        return now;
    }

    /** Nobody may have been read since something was thrown, so nothing that is known of any endpoint is certain. */
    private void recover(Throwable failure) {
        LOG.error("Reading of {} endpoints failed; all of them begin anew.", subscriptions.size(), failure);
        long now = settings.clock().getAsLong();
        for (Subscription subscription : subscriptions) {
            subscription.beginAnew(failure, now);
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (Throwable failure) {
                LOG.error("A change of the subscriptions failed.", failure);
            }
        }
    }

    /** Nobody reads any more: the endpoints' health must say so, and whoever waits for a task must not wait for ever. */
    private void end() {
        synchronized (tasks) {
            over = true;
        }
        runTasks();
        long now = settings.clock().getAsLong();
        for (Subscription subscription : subscriptions) {
            try {
                subscription.close(now);
            } catch (Throwable failure) {
                LOG.error(
                        "The sockets of {} were not closed properly.",
                        subscription.source().rankAddress(),
                        failure);
            }
        }
        subscriptions.clear();
        poller.close();
    }
}
