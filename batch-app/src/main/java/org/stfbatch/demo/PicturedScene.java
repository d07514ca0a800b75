package org.stfbatch.demo;

/**
 * A scene and the file that shows it.
 *
 * @param image relative to the folder of pictures
 */
public record PicturedScene(String image, Scene scene) {}
