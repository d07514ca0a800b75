package org.stfbatch.demo;

/**
 * Scene and the file of its picture.
 *
 * @param image relative to the folder of pictures
 */
public record PicturedScene(String image, Scene scene) {}
